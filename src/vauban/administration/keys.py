"""`vauban keys`: what keys there are, who can use one, and what was refused."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from vauban.administration.doors import Answer, Refused
from vauban.background.clocks import Clock
from vauban.gateway import Gateway
from vauban.gateway.callers import Caller
from vauban.identity.accounts import Account, root_principal
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.decisions import Decision, Effect
from vauban.kernel.errors import AwsError
from vauban.kernel.events import AuditEvent
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Changeset, Store, Trail
from vauban.policy import Prospects

if TYPE_CHECKING:
    from vauban.services.kms.resources import Key

_DAY_SECONDS = 86_400
_MOST_REFUSALS = 1000
_USES = {
    "ENCRYPT_DECRYPT": ("Encrypt", "Decrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"),
    "SIGN_VERIFY": ("Sign", "Verify", "GetPublicKey"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac"),
    "KEY_AGREEMENT": ("DeriveSharedSecret", "GetPublicKey"),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", "Decapsulate", "GetPublicKey"),
}
_POWERS = ("CreateGrant", "PutKeyPolicy", "ScheduleKeyDeletion")
"""What can be done with a key besides using it that somebody would want to know of."""


class House(Protocol):
    """Where the keys are, and what decides on them; ``server.Vauban`` is one."""

    store: Store
    clock: Clock
    gateway: Gateway


class Keys:
    """Answers of the operator's door. Raises Refused."""

    def __init__(self, house: House):
        self._house = house

    def operations(self) -> dict[str, Answer]:
        return {"POST keys": self.all, "POST keys/show": self.show, "POST keys/refused": self.refused}

    async def all(self, given: dict[str, Any]) -> dict[str, Any]:
        """Every key, or those of an account or Region, with its state, its names and its last use."""
        from vauban.services.kms.last_usages import last_usages

        found = list(self._keys(given.get("account"), given.get("region")))
        since = min((key.created.timestamp() for _, key in found), default=0.0)
        usages = await self._house.store.search(last_usages, [key.arn for _, key in found], int(since))
        return {"keys": [{**_described(changes, key), "last_use": _use(usages.get(key.arn))} for changes, key in found]}

    async def show(self, given: dict[str, Any]) -> dict[str, Any]:
        """One key, who can use it and because of which statements, and its grants."""
        from vauban.services.kms.last_usages import last_usages

        changes, key = self._named(given)
        usages = await self._house.store.search(last_usages, [key.arn], int(key.created.timestamp()))
        return {
            **_described(changes, key),
            "description": key.description,
            "created": key.created.isoformat(timespec="seconds"),
            "deletion_date": key.deletion_date and key.deletion_date.isoformat(timespec="seconds"),
            "next_rotation": key.next_rotation_date and key.next_rotation_date.isoformat(timespec="seconds"),
            "custom_key_store": key.custom_key_store_id,
            "last_use": _use(usages.get(key.arn)),
            "may": [found async for found in self._who_may(changes, key)],
            "grants": _grants(changes, key),
            "others": _others(key),
        }

    async def refused(self, given: dict[str, Any]) -> dict[str, Any]:
        """What KMS refused in the last day, or so many seconds, newest last; of one key where it is named."""
        seconds = given.get("since_seconds", _DAY_SECONDS)
        if not isinstance(seconds, int | float) or seconds < 0:
            raise Refused("since_seconds is a number of seconds")
        arn = self._named(given)[1].arn if given.get("id") else ""
        return {"refused": await self._house.store.search(_refusals, self._house.clock.now() - seconds, arn)}

    def _keys(self, account: str | None, region: str | None) -> "Iterator[tuple[Changeset, Key]]":
        from vauban.services.kms.resources import Key

        changes = self._house.store.begin()
        for place in self._house.store.places(Key):
            if account in (None, place[0]) and region in (None, place[1]):
                for key in changes.at(*place).list(Key):
                    yield changes, key

    def _named(self, given: dict[str, Any]) -> "tuple[Changeset, Key]":
        """The one key of an id, alias or ARN. Raises Refused where there is none, or more than one."""
        name = given.get("id")
        found = [
            (changes, key)
            for changes, key in self._keys(given.get("account"), given.get("region"))
            if name in (key.key_id, key.arn) or name in _aliases(changes, key)
        ]
        if not found:
            raise Refused(f"there is no key {name}", 404)
        if len(found) > 1:
            raise Refused(f"{name} is a key in more than one place: say --account and --region")
        return found[0]

    async def _who_may(self, changes: Changeset, key: "Key") -> Any:
        """Every principal here that can do something with the key, and why."""
        actions = [f"kms:{each}" for each in (*_USES[key.key_usage], *_POWERS)]
        for principal in _principals(changes):
            await asyncio.sleep(0)
            try:
                caller = self._house.gateway.represented.caller(principal, changes)
            except AwsError:  # Its account is closed.
                continue
            may = [told for action in actions if (told := self._prospect(changes, caller, key, action))]
            if may:
                yield {"principal": principal.issuer_arn or principal.arn, "may": may}

    def _prospect(self, changes: Changeset, caller: Caller, key: "Key", action: str) -> dict[str, Any] | None:
        resource = Resource(key.arn, "key", key.account, key, key.compiled_policy, True, tags=key.tags)
        return _told(action, self._house.gateway.authorizer.prospects(caller, action, resource, changes))


def _told(action: str, prospects: Prospects) -> dict[str, Any] | None:
    decision = prospects.plain if prospects.plain.allowed else prospects.best
    if not decision.allowed:
        return None
    return {
        "action": action,
        "by": _statements(decision),
        "only_if": [] if prospects.plain.allowed else list(prospects.only_if),
        "unless": list(prospects.unless),
    }


def _statements(decision: Decision) -> list[str]:
    allowing = (check for check in decision.checks if check.effect is Effect.ALLOW)
    return list(dict.fromkeys(statement for check in allowing for statement in check.statements))


def _principals(changes: Changeset) -> Iterator[Principal]:
    """Root, users and roles of every account here."""
    for account in sorted(changes.at("", "").list(Account), key=lambda each: each.number):
        yield root_principal(account.account, "")
        identities = changes.at(account.account, "")
        for user in identities.list(User):
            yield Principal("user", user.account, user.arn, user.user_id, user.name, tags=user.tags)
        for role in identities.list(Role):
            arn = f"{role.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/anyone"
            yield Principal(
                "assumed-role",
                role.account,
                arn,
                f"{role.role_id}:anyone",
                issuer_arn=role.arn,
                issuer_id=role.role_id,
                tags=role.tags,
            )


def _others(key: "Key") -> list[str]:
    """Whom the key policy names that is not of the key's account: they need their own account's leave as well."""
    return sorted(
        name
        for name in key.compiled_policy.principals
        if name != key.account and f":{key.account}:" not in name and not name.startswith(("AIDA", "AROA"))
    )


def _grants(changes: Changeset, key: "Key") -> list[dict[str, Any]]:
    from vauban.services.kms.resources import Grant

    return [
        {
            "id": each.grant_id,
            "name": each.name,
            "grantee": each.grantee,
            "operations": list(each.operations),
            "only_if": {
                name: value
                for name, value in {
                    "EncryptionContextEquals": each.encryption_context_equals,
                    "EncryptionContextSubset": each.encryption_context_subset,
                    "SourceArn": each.source_arn,
                }.items()
                if value
            },
        }
        for each in changes.at(key.account, key.region).list(Grant, index="key", value=key.key_id)
    ]


def _described(changes: Changeset, key: "Key") -> dict[str, Any]:
    from vauban.services.kms.resources import CustomKeyStore

    store = changes.at(key.account, key.region).get(CustomKeyStore, key.custom_key_store_id)
    unavailable = store is not None and not store.connected and key.key_state in ("Enabled", "Disabled")
    return {
        "arn": key.arn,
        "account": key.account,
        "region": key.region,
        "key_id": key.key_id,
        "state": "Unavailable" if unavailable else key.key_state,
        "spec": key.key_spec,
        "usage": key.key_usage,
        "manager": key.key_manager,
        "origin": key.origin,
        "aliases": _aliases(changes, key),
    }


def _aliases(changes: Changeset, key: "Key") -> list[str]:
    from vauban.services.kms.resources import Alias

    return [each.name for each in changes.at(key.account, key.region).list(Alias, index="key", value=key.key_id)]


def _use(event: AuditEvent | None) -> dict[str, str] | None:
    if event is None:
        return None
    return {"time": _moment(event.time), "operation": event.operation, "by": event.principal[2]}


def _refusals(trail: Trail, since: float, key_arn: str) -> list[dict[str, Any]]:
    found = (
        event
        for event in trail.events(since=since, mentioning=key_arn)
        if event.service == "kms" and event.error_code not in (None, "DryRunOperationException")
        if not key_arn or any(arn == key_arn for arn, _, _ in event.resources)
    )
    return [
        {
            "time": _moment(event.time),
            "operation": event.operation,
            "by": event.principal[2],
            "error": event.error_code,
            "keys": [arn for arn, _, _ in event.resources],
            "authorization_id": event.authorization_id,
        }
        for event in islice(found, _MOST_REFUSALS)
    ][::-1]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
