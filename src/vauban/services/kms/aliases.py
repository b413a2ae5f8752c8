"""Aliases: names for keys, unique in an account and Region.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.kms.errors import (
    AlreadyExistsException,
    InvalidAliasNameException,
    KMSInvalidStateException,
    LimitExceededException,
    alias_not_found,
)
from vauban.services.kms.lists import page
from vauban.services.kms.managed_keys import NAMES, RESERVED
from vauban.services.kms.resolvers import key, own_key, resource_of
from vauban.services.kms.resources import Alias, Key

PREFIX = "alias/"
NAME = re.compile(PREFIX + r"[a-zA-Z0-9/_-]+\Z")
MOST_PER_KEY = 50


@dataclass(frozen=True)
class AliasResolver:
    """An alias of the caller's account: identity policies alone speak of it, for it has no policy of its own."""

    expected: bool
    members: tuple[str, ...] = ("AliasName",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["AliasName"]
        _require_name(name)
        alias = world.at(call.account, call.region).get(Alias, name)
        alias_arn = arn("kms", call.region, call.account, name)
        absent = alias_not_found(alias_arn) if self.expected and alias is None else None
        return Resource(alias_arn, "alias", call.account, alias, absent=absent, cloudtrail_type="AWS::KMS::Alias")


@dataclass(frozen=True)
class AliasKeyResolver:
    """The key that the alias points at now. Where there is none, the alias stands for it, and its absence is told."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        found = an_alias(call, world)
        if found.absent is not None:
            return found
        records = world.at(call.account, call.region)
        return resource_of(call, records.get(Key, found.record.target_key_id), records, "TargetKeyId")


an_alias = AliasResolver(expected=True)
a_new_alias = AliasResolver(expected=False)
its_key = AliasKeyResolver()


@operation("CreateAlias", on=(a_new_alias, key("TargetKeyId")))
def create_alias(call: Call, existing: Alias | None, target: Key) -> None:
    name = call.params["AliasName"]
    _refuse_reserved(name)
    if existing is not None:
        raise AlreadyExistsException(f"An alias with the name {existing.arn} already exists")
    _require_room(call, target)
    call.store.put(Alias(name, call.account, call.region, target.key_id, call.now, call.now))


@operation("UpdateAlias", on=(an_alias, its_key, key("TargetKeyId")))
def update_alias(call: Call, alias: Alias, current: Key, target: Key) -> None:
    _refuse_reserved(alias.name)
    if target.key_state in ("PendingDeletion", "PendingReplicaDeletion"):
        raise KMSInvalidStateException(f"{target.arn} is pending deletion.")
    if (_kind(current), current.key_usage) != (_kind(target), target.key_usage):
        raise ValidationException(
            f"Alias {alias.arn} cannot be changed from a {current.key_spec} key for {current.key_usage} "
            f"to a {target.key_spec} key for {target.key_usage}."
        )
    if target.key_id != current.key_id:
        _require_room(call, target)
    call.store.put(replace(alias, target_key_id=target.key_id, updated=call.now))


@operation("DeleteAlias", on=(an_alias, its_key))
def delete_alias(call: Call, alias: Alias, current: Key) -> None:
    _refuse_reserved(alias.name)
    call.store.delete(alias)


@operation("ListAliases")
def list_aliases(
    call: Call, key_id: str | None = None, limit: int | None = None, marker: str | None = None
) -> dict[str, Any]:
    target = own_key(call, key_id).key_id if key_id else ""
    entries = partial(_of_key, call, target) if target else partial(_of_account, call)
    return page(call, "Aliases", entries, limit, marker, default=50, maximum=100, of=target)


def _of_key(call: Call, key_id: str, after: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    found = call.store.list(Alias, index="key", value=key_id, after=after, limit=count)
    return [(alias.name, _entry(alias)) for alias in found]


def _of_account(call: Call, after: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    """With the predefined aliases, those too whose keys nobody has needed yet."""
    unmade = {name: _unmade(call, name) for name in NAMES if name > after}
    made = {alias.name: _entry(alias) for alias in call.store.list(Alias, after=after, limit=count)}
    return sorted((unmade | made).items())[:count]


def _unmade(call: Call, name: str) -> dict[str, Any]:
    return {"AliasName": name, "AliasArn": arn("kms", call.region, call.account, name)}


def _entry(alias: Alias) -> dict[str, Any]:
    return {
        "AliasName": alias.name,
        "AliasArn": alias.arn,
        "TargetKeyId": alias.target_key_id,
        "CreationDate": alias.created,
        "LastUpdatedDate": alias.updated,
    }


def _kind(key: Key) -> str:
    """Symmetric, HMAC or asymmetric: an alias stays with keys of its kind."""
    if key.key_spec == "SYMMETRIC_DEFAULT":
        return "symmetric"
    return "HMAC" if key.spec.mac_algorithms else "asymmetric"


def _require_name(name: str) -> None:
    if not name.startswith(PREFIX):
        raise ValidationException(
            f'Alias must start with the prefix "{PREFIX}". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if NAME.match(name) is None:
        raise ValidationException(f"{name} contains invalid characters for an alias")


def _refuse_reserved(name: str) -> None:
    if name.startswith(RESERVED):
        raise InvalidAliasNameException(f"{name}: the prefix {RESERVED} is reserved for AWS managed keys.")


def _require_room(call: Call, target: Key) -> None:
    if call.store.count(Alias, index="key", value=target.key_id) >= MOST_PER_KEY:
        raise LimitExceededException(f"{target.arn} has {MOST_PER_KEY} aliases, which is the most a key can have.")
