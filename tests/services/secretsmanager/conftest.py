"""Secrets Manager in process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config

from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def secrets(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("secretsmanager")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("secretsmanager", config=Config(parameter_validation=False))


@pytest.fixture
def kms(vauban: InProcess) -> Any:
    return vauban.client("kms")


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts, of which the first owns the secrets."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


@pytest.fixture
def a_user(vauban: InProcess) -> Callable[..., Any]:
    """A client of a user of this name with one identity policy that allows ``actions`` on ``resources``."""

    def make(name: str, actions: Any = (), resources: Any = "*", **condition: Any) -> Any:
        policies = [allowing(actions, resources, **condition)] if actions else []
        vauban.user(name, *policies)
        return vauban.client("secretsmanager", user=name)

    return make


def allowing(actions: Any, resources: Any = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": statement}
