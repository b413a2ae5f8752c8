"""WAF in process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config

from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "metric"}


@pytest.fixture
def waf(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("wafv2")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("wafv2", config=Config(parameter_validation=False))


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


@pytest.fixture
def ip_set(waf: Any) -> dict[str, str]:
    """The summary of one that has a single address."""
    return waf.create_ip_set(Name="addresses", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["192.0.2.44/32"])[
        "Summary"
    ]


@pytest.fixture
def named() -> Callable[..., dict[str, str]]:
    """How an entity is named, of its summary: with its lock token where it is to be changed."""

    def named(summary: dict[str, str], *, lock: bool = False) -> dict[str, str]:
        members = {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}
        return {**members, "LockToken": summary["LockToken"]} if lock else members

    return named
