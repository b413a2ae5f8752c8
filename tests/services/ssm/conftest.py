"""Parameter Store in process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config

from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import REACTIONS, Reaction
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def ssm(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("ssm")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("ssm", config=Config(parameter_validation=False))


@pytest.fixture
def kms(vauban: InProcess) -> Any:
    return vauban.client("kms")


@pytest.fixture
def key_id(kms: Any) -> str:
    """A symmetric encryption key with the default policy."""
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def put(ssm: Any) -> Callable[..., Any]:
    """Put a String, or what is said."""

    def put(name: str, value: str = "value", **more: Any) -> Any:
        if not more.get("Overwrite"):
            more.setdefault("Type", "String")
        return ssm.put_parameter(Name=name, Value=value, **more)

    return put


@pytest.fixture
def told(vauban: InProcess, ssm: Any) -> Iterator[Callable[[], list[DomainEvent]]]:
    """All events of Parameter Store from here on, as somebody hears them who listens."""
    heard: list[DomainEvent] = []
    listening = [
        Reaction("events", "aws.ssm", detail_type, lambda call, event: heard.append(event))
        for detail_type in ("Parameter Store Change", "Parameter Store Policy Action")
    ]
    REACTIONS.extend(listening)

    def told() -> list[DomainEvent]:
        ssm.describe_parameters()  # When it is answered, what went before is delivered.
        return heard

    yield told
    for each in listening:
        REACTIONS.remove(each)


@pytest.fixture
def as_user(vauban: InProcess) -> Callable[..., Any]:
    """A client of a user with a policy of these statements: ``(actions, resources, conditions)``."""

    def client(name: str, *statements: tuple[Any, ...], service: str = "ssm", account: str = ACCOUNT) -> Any:
        vauban.user(name, {"Version": "2012-10-17", "Statement": [statement(*each) for each in statements]})
        return vauban.client(service, user=name)

    return client


def statement(actions: Any, resources: Any = "*", condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    made = {"Effect": effect, "Action": actions, "Resource": resources}
    return {**made, "Condition": condition} if condition else made


def arn(name: str) -> str:
    return f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/{name.removeprefix('/')}"


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts, of which the first owns the parameters."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()
