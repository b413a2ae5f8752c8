"""Records, events and a sealer to try storage with."""

import hashlib
from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, datetime
from enum import Enum

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Scope, record, secret

ACCOUNT = "111122223333"
REGION = "eu-west-3"


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@record(
    "test:Widget",
    id="name",
    indexes={"owner": "owner", "label": "labels", "color": "color_name"},
    due="due_at",
    counted=("color",),
)
class Widget:
    account: str
    region: str
    name: str
    owner: str | None = None
    labels: tuple[str, ...] = ()
    color: Color = Color.RED
    due_at: datetime | None = None
    size: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def color_name(self) -> str:
        return self.color.value


@record("test:Safe", id="number", scope=Scope.REGION)
class Safe:
    account: str
    region: str
    number: str
    content: bytes = secret()
    spare: bytes | None = secret(None)


@record("test:Person", id="name", scope=Scope.ACCOUNT)
class Person:
    account: str
    name: str
    age: int = 0


@record("test:Planet", id="name", scope=Scope.GLOBAL)
class Planet:
    name: str


class TestSealer:
    """AES-256-GCM under a key made of the account's name: conceals and binds, and keeps no secret itself."""

    __test__ = False

    def seal(self, account: str, plaintext: bytes, binding: bytes) -> bytes:
        nonce = hashlib.sha256(plaintext + binding).digest()[:12]
        return nonce + _key(account).encrypt(nonce, plaintext, binding)

    def unseal(self, account: str, sealed: bytes, binding: bytes) -> bytes:
        try:
            return _key(account).decrypt(sealed[:12], bytes(sealed[12:]), binding)
        except InvalidTag:
            raise ValueError("altered") from None


def _key(account: str) -> AESGCM:
    return AESGCM(hashlib.sha256(account.encode()).digest())


def widget(name: str, **fields: object) -> Widget:
    return Widget(account=ACCOUNT, region=REGION, name=name, **fields)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def domain_event(id: str) -> DomainEvent:
    return DomainEvent(id, "aws.test", "Widget Made", ACCOUNT, REGION, 1.0, ("arn:aws:test:::w",), {"when": moment(5)})


def audit_event(request_id: str, time: float = 1.0, **fields: object) -> AuditEvent:
    return AuditEvent(
        time=time,
        request_id=request_id,
        service="test",
        operation="MakeWidget",
        account=ACCOUNT,
        region=REGION,
        principal=("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "", "", ""),
        source_ip="127.0.0.1",
        user_agent="test",
        read_only=False,
        **{"tls": "", **fields},
    )


def as_given(events: Iterable[AuditEvent]) -> list[AuditEvent]:
    """Events as they were before they were read, when each got its id."""
    return [msgspec.structs.replace(event, event_id="") for event in events]
