"""Records: frozen dataclasses that are kept.

    @record("kms:Key", id="key_id", indexes={"alias": "alias_names"}, due="due_at")
    class Key:
        account: str
        region: str
        key_id: str
        material: bytes = secret()

A record's identity is its kind, its scope and its id. Nothing derived is stored: what is costly to derive is a
``functools.cached_property`` of the record, which lives exactly as long as the cached record does.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


class Scope(Enum):
    """Which part of the world a kind of record belongs to; the attributes of a record that say where it is."""

    REGIONAL = frozenset({"account", "region"})
    """One account in one region: almost everything."""
    ACCOUNT = frozenset({"account"})
    """One account, every region: identities."""
    REGION = frozenset({"region"})
    """One region, whatever account: what is found by an id alone."""
    GLOBAL = frozenset()
    """Neither: what must be found before the account is known."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """What storage must know of a kind of record."""

    name: str
    """``service:Noun``; part of the key on disk, so it never changes."""
    type: type
    id_field: str
    scope: Scope
    indexes: dict[str, str]
    """Index name -> the attribute that gives its value: a string, an iterable of strings, or None for no entry."""
    due: str | None
    """The attribute that says when this record next falls due (a datetime), or None."""
    secret_fields: tuple[str, ...]
    """Names of ``bytes`` fields that are sealed on their way to disk."""
    counted: frozenset[str]
    """Indexes of which storage knows how many records each value has, however many those are."""
    in_account: bool = field(init=False)
    in_region: bool = field(init=False)
    """Whether the scope reaches the account, the region."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_account", "account" in self.scope.value)
        object.__setattr__(self, "in_region", "region" in self.scope.value)

    def identity(self, record: Any) -> "Identity":
        account = record.account if self.in_account else ""
        region = record.region if self.in_region else ""
        return (self.name, account, region, getattr(record, self.id_field))

    def index_entries(self, record: Any) -> list[tuple[str, str]]:
        """``(index, value)`` pairs under which the record is found."""
        entries: list[tuple[str, str]] = []
        for index, attribute in self.indexes.items():
            value = getattr(record, attribute)
            values: Iterable[str] = () if value is None else (value,) if isinstance(value, str) else value
            entries.extend((index, each) for each in values)
        return entries

    def due_at(self, record: Any) -> datetime | None:
        return getattr(record, self.due) if self.due else None


Identity = tuple[str, str, str, str]
"""``(kind, account, region, id)``, with ``""`` where the kind's scope does not reach."""

KINDS: dict[str, RecordKind] = {}
"""Every kind of record, by name; filled as services are imported."""


@dataclass_transform(frozen_default=True)
def record(
    name: str,
    *,
    id: str,
    scope: Scope = Scope.REGIONAL,
    indexes: dict[str, str] | None = None,
    due: str | None = None,
    counted: tuple[str, ...] = (),
) -> Callable[[type[T]], type[T]]:
    """Declare a frozen dataclass to be a kind of record. Raises ValueError where a name is taken twice."""

    def declare(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True)(cls)
        secrets = tuple(each.name for each in fields(made) if each.metadata.get("secret"))
        kind = RecordKind(name, made, id, scope, indexes or {}, due, secrets, frozenset(counted))
        if name in KINDS and KINDS[name].type.__qualname__ != made.__qualname__:
            raise ValueError(f"{name} is already the name of {KINDS[name].type}")
        KINDS[name] = kind
        made.__record_kind__ = kind
        return made

    return declare


def secret(default: Any = MISSING) -> Any:
    """A ``bytes`` field that is sealed on disk and absent from ``repr``, logs and audit."""
    return field(default=default, repr=False, metadata={"secret": True})


def replace(record: T, **changes: Any) -> T:
    """The record with some fields changed, and nothing of what was derived from the old one.

    Does what ``dataclasses.replace`` does, at a fifth of its cost, and leaves what has slots to it. Raises TypeError
    for what is no field.
    """
    cls = type(record)
    if not hasattr(record, "__dict__"):
        return dataclasses.replace(record, **changes)
    values = values_of(record)
    size = len(values)
    values.update(changes)
    if len(values) != size:
        raise TypeError(f"{cls.__name__} has no field {', '.join(changes.keys() - names_of(cls))}")
    made = object.__new__(cls)
    made.__dict__.update(values)
    return made


def values_of(record: Any, cls: type | None = None) -> dict[str, Any]:
    """The values of a record's fields by name, or of those fields that ``cls`` has too."""
    names, read = _reader(cls or type(record))
    return dict(zip(names, read(record.__dict__), strict=True))


def names_of(cls: type) -> tuple[str, ...]:
    """The names of a record's fields."""
    return _reader(cls)[0]


@cache
def _reader(cls: type) -> tuple[tuple[str, ...], Callable[[dict[str, Any]], Iterable[Any]]]:
    names = tuple(each.name for each in fields(cls))
    # For a single name, itemgetter gives no tuple.
    return names, itemgetter(*names) if len(names) > 1 else lambda values: (values[names[0]],)


def kind_of(record_or_type: Any) -> RecordKind:
    return record_or_type.__record_kind__
