"""The four steps of a rotation, whatever it is that rotates."""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from botocore.session import Session

from vauban.rotators.versions import Versions

Value = dict[str, Any]


class Technique(Protocol):
    def create(self, versions: Versions) -> Value:
        """What is to become the secret's value."""

    def set(self, versions: Versions) -> None:
        """Make the system accept the pending value. Done twice, it does no more than done once."""

    def test(self, versions: Versions) -> None:
        """Raises unless the system accepts the pending value."""


def handler(technique: Technique) -> Callable[..., None]:
    """A Lambda handler that rotates by ``technique``."""

    def handle(event: Value, context: object, client: Any = None) -> None:
        rotate(event, technique, client or _client())

    return handle


@cache
def _client() -> Any:
    """One for all events of an environment: making it costs more than a step does."""
    return Session().create_client("secretsmanager")


def rotate(event: Value, technique: Technique, client: Any) -> None:
    """Do the step that ``event`` names. Raises ValueError where the secret is not as the step needs it."""
    versions = Versions(client, event["SecretId"], event["ClientRequestToken"], event.get("RotationToken"))
    if versions.is_rotated():
        return
    step = event["Step"]
    if step == "createSecret":
        if versions.find_pending() is None:
            versions.put_pending(technique.create(versions))
    elif step == "setSecret":
        technique.set(versions)
    elif step == "testSecret":
        technique.test(versions)
    elif step == "finishSecret":
        versions.promote()
    else:
        raise ValueError(f"Unknown step: {step}")
