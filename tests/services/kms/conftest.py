"""KMS in process, and its records as values for tests of what is pure."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from vauban.kernel.principals import Principal
from vauban.services.kms.policies import DEFAULT
from vauban.services.kms.resources import Grant, Key
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
REGION = "us-east-1"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def make_key() -> Callable[..., Key]:
    def make(**fields: Any) -> Key:
        known = {
            "key_id": KEY_ID,
            "account": ACCOUNT,
            "region": REGION,
            "created": LONG_AGO,
            "policy": DEFAULT % ACCOUNT,
            "current_material_id": "0" * 64,
        }
        return Key(**{**known, **fields})

    return make


@pytest.fixture
def make_grant() -> Callable[..., Grant]:
    def make(**fields: Any) -> Grant:
        known = {
            "grant_id": "ab" * 32,
            "account": ACCOUNT,
            "region": REGION,
            "key_id": KEY_ID,
            "created": LONG_AGO,
            "issuing_account": f"arn:aws:iam::{ACCOUNT}:root",
            "operations": ("Encrypt", "Decrypt"),
            "grantee_principal": f"arn:aws:iam::{ACCOUNT}:user/alice",
        }
        return Grant(**{**known, **fields})

    return make


@pytest.fixture
def make_call() -> Callable[..., Any]:
    """A call as far as pure functions look at it."""

    def make(operation: str = "Encrypt", **fields: Any) -> Any:
        known = {
            "operation": SimpleNamespace(name=operation),
            "params": {},
            "principal": a_user("alice"),
            "account": ACCOUNT,
            "region": REGION,
            "via": (),
            "resources": (),
        }
        return SimpleNamespace(**{**known, **fields})

    return make


def a_user(name: str, account: str = ACCOUNT) -> Principal:
    return Principal("user", account, f"arn:aws:iam::{account}:user/{name}", f"AIDA{name.upper()}", name)


@pytest.fixture
def kms(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("kms")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("kms", config=Config(parameter_validation=False))


@pytest.fixture
def key_id(kms: Any) -> str:
    """A symmetric encryption key with the default policy."""
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts, of which the first owns the keys."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()
