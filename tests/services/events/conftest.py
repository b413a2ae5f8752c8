"""EventBridge in process, and what its targets were sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vauban.services.events.deliveries import FAILED, SENT
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def events(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("events")


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


@pytest.fixture
def parcels() -> Callable[..., list[dict[str, Any]]]:
    """What was sent to targets so far."""
    return lambda vauban: [each.detail["parcel"] for each in vauban.events if each.detail_type == SENT]


@pytest.fixture
def failures() -> Callable[..., list[dict[str, Any]]]:
    """What did not get to its target so far, with the reason."""
    return lambda vauban: [each.detail for each in vauban.events if each.detail_type == FAILED]
