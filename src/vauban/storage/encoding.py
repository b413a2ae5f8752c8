"""Records as bytes: MessagePack maps of a record's fields by name, secret fields sealed.

A field that is gone is passed over and a new field takes its default, so records written by an older release are read
by a newer one. Where that is not enough, the record's class has a static method ``upgraded(fields) -> fields``, given
the fields as they were written; it must leave newer ones as they are.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec.msgpack import Ext

from vauban.kernel.events import DomainEvent
from vauban.kernel.records import KINDS, Identity, RecordKind, values_of
from vauban.kernel.sealing import Sealer

_SEALED = 1
"""The MessagePack extension type of a sealed field: what is sealed on disk is known whatever the class says today."""

_encode_event = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode_event = msgspec.msgpack.Decoder(DomainEvent).decode
_encoder = msgspec.msgpack.Encoder()
_encode = _encoder.encode
_decode = msgspec.msgpack.Decoder(dict[str, Any]).decode


class DamagedRecord(Exception):
    """What is on disk under an identity is not such a record, or was altered."""

    def __init__(self, identity: Identity):
        super().__init__(f"the record {'/'.join(identity)} cannot be read: it is damaged or was altered")


class Codec:
    """Turns records into bytes and back, with one ``Sealer``."""

    def __init__(self, sealer: Sealer):
        self._sealer = sealer
        self._layouts: dict[str, _Layout] = {}

    def encode(self, kind: RecordKind, identity: Identity, record: Any) -> bytes:
        """Raises TypeError for what no field of a record may hold."""
        layout = self._layouts.get(kind.name) or self._layout(kind)
        if not layout.secrets:
            return _encode(record)
        values = values_of(record)
        for name in layout.secrets:
            if values[name] is not None:
                sealed = self._sealer.seal(record.account, values[name], _binding(identity, name))
                values[name] = Ext(_SEALED, sealed)
        return _encode(values)

    def decode(self, identity: Identity, body: bytes) -> Any:
        """Raises DamagedRecord."""
        layout = self._layouts.get(identity[0]) or self._layout(KINDS[identity[0]])
        try:
            if layout.direct is not None:
                return layout.direct(body)
            return layout.build(self._unsealed(identity, _decode(body)))
        except (ValueError, KeyError, RecursionError, msgspec.MsgspecError) as error:
            raise DamagedRecord(identity) from error

    def encode_event(self, event: DomainEvent) -> bytes:
        """An event as it waits, its secrets sealed. Raises TypeError for what no event may hold."""
        if not event.secrets:
            return _encode_event(event)
        seal = self._sealer.seal
        sealed = {name: seal(event.account, text, _secret_of(event, name)) for name, text in event.secrets.items()}
        return _encode_event(msgspec.structs.replace(event, secrets=sealed))

    def decode_event(self, body: bytes) -> DomainEvent:
        """Raises ValueError for what is no event, or was altered."""
        event = _decode_event(body)
        if not event.secrets:
            return event
        unseal = self._sealer.unseal
        opened = {name: unseal(event.account, text, _secret_of(event, name)) for name, text in event.secrets.items()}
        return msgspec.structs.replace(event, secrets=opened)

    def _unsealed(self, identity: Identity, values: dict[str, Any]) -> dict[str, Any]:
        for name, value in values.items():
            if type(value) is Ext:
                values[name] = self._sealer.unseal(str(values["account"]), bytes(value.data), _binding(identity, name))
        return values

    def _layout(self, kind: RecordKind) -> "_Layout":
        layout = self._layouts[kind.name] = _Layout(kind)
        return layout


class WithoutSecrets:
    """A sealer that has no key: secrets read as empty. For looking at the rest of a record, never for writing one."""

    def seal(self, account: str, plaintext: bytes, binding: bytes) -> bytes:
        raise ValueError("there is no key to seal with")

    def unseal(self, account: str, sealed: bytes, binding: bytes) -> bytes:
        return b""


class _Layout:
    """One kind's fields, and the quickest way to read them."""

    __slots__ = ("_type", "_upgraded", "direct", "secrets")

    def __init__(self, kind: RecordKind):
        refuse_hidden_secrets(kind)
        self.secrets = kind.secret_fields
        self._type = kind.type
        self._upgraded: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(kind.type, "upgraded", None)
        plain = not self.secrets and self._upgraded is None
        self.direct = msgspec.msgpack.Decoder(kind.type, ext_hook=_refuse_sealed).decode if plain else None

    def build(self, values: dict[str, Any]) -> Any:
        if self._upgraded is not None:
            values = self._upgraded(values)
        return msgspec.convert(values, self._type)


def _binding(identity: Identity, field: str) -> bytes:
    """What a sealed field is bound to; MessagePack keeps the parts apart whatever they contain."""
    return _encode((*identity, field))


def _secret_of(event: DomainEvent, name: str) -> bytes:
    return _encode(("event", event.id, name))


def _refuse_sealed(code: int, data: memoryview) -> Any:
    raise ValueError("a sealed field in a record that declares none")


def refuse_hidden_secrets(kind: RecordKind) -> None:
    """Raises TypeError where a secret would reach the disk unsealed: within a nested dataclass, or by an index."""
    hints = get_type_hints(kind.type)
    for name in kind.secret_fields:
        if not {bytes, type(None)}.issuperset(get_args(hints[name]) or (hints[name],)):
            raise TypeError(f"{kind.name}.{name} is secret and so must be bytes")
        if name in kind.indexes.values() or name in (kind.id_field, kind.due):
            raise TypeError(f"{kind.name}.{name} is secret and so cannot be an id, an index or a time")
    if kind.secret_fields and "account" not in hints:
        raise TypeError(f"{kind.name} has secrets and so needs an account to seal them under")
    for hint in hints.values():
        for nested in _dataclasses_within(hint, set()):
            if any(each.metadata.get("secret") for each in fields(nested)):
                raise TypeError(f"{kind.name} holds a {nested.__name__}, whose secrets would not be sealed")


def _dataclasses_within(hint: Any, seen: set[Any]) -> set[type]:
    if hint in seen:
        return set()
    seen.add(hint)
    found = {hint} if is_dataclass(hint) else set()
    inner = get_type_hints(hint).values() if is_dataclass(hint) else get_args(hint)
    return found.union(*(_dataclasses_within(each, seen) for each in inner))
