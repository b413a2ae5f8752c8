"""Accounts, users and access keys as the server's operator makes them, beside IAM's own operations."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from vauban.identity.access_keys import AccessKey, new_access_key_id, new_secret_access_key
from vauban.identity.accounts import Account, new_account_id
from vauban.identity.documents import inline_policies
from vauban.identity.ids import POLICY, USER, new_unique_id
from vauban.identity.managed_policies import ManagedPolicy, Version
from vauban.identity.users import User
from vauban.kernel.errors import Conflict
from vauban.kernel.events import AuditEvent
from vauban.kernel.ids import request_id as new_id
from vauban.kernel.principals import service_principal
from vauban.kernel.stores import Changeset, Store

T = TypeVar("T")

_GLOBAL_REGION = "us-east-1"
"""Where CloudTrail records what belongs to no Region."""


class Accounts:
    """Each method is one commit, on the trail as IAM's own operation would be. Raises MalformedPolicy, LookupError."""

    def __init__(self, store: Store, now: Callable[[], float]):
        self._store = store
        self._now = now

    def all(self) -> list[Account]:
        """In the order of making; the first is the default."""
        return sorted(self._store.begin().at("", "").list(Account), key=lambda each: each.number)

    def create(self, account: str = "", access_key_id: str = "", secret_access_key: str = "") -> Awaitable[AccessKey]:
        """A new account with a root access key; its id and key are made here where they are not given."""

        def propose(changes: Changeset) -> tuple[AccessKey, str, str]:
            made = Account(account or new_account_id(), self._time(), len(self.all()) + 1)
            secret = secret_access_key.encode() or new_secret_access_key()
            key = AccessKey(access_key_id or new_access_key_id(made.account), made.account, self._time(), secret)
            world = changes.at("", "")
            if world.get(Account, made.account) or world.get(AccessKey, key.access_key_id):
                raise ValueError(f"account {made.account} or access key {key.access_key_id} is there already")
            world.put(made)
            world.put(key)
            return key, made.account, "CreateAccount"

        return self._commit(propose)

    def has_user(self, account: str, name: str) -> bool:
        return self._store.begin().at(account, "").get(User, name) is not None

    def put_user(
        self, account: str, name: str, policies: dict[str, str], boundary: str | None = None
    ) -> Awaitable[User]:
        """A user with these inline policies, instead of those it had, and with a boundary where one is given."""

        def propose(changes: Changeset) -> tuple[User, str, str]:
            inline_policies(policies)
            records = changes.at(account, "")
            found = records.get(User, name) or User(account, name, new_unique_id(USER), self._time())
            bound = self._boundary(account, name, boundary) if boundary else None
            if bound is not None:
                records.put(bound)
            user = replace(found, policies=policies, boundary=bound.arn if bound is not None else found.boundary)
            records.put(user)
            return user, account, "PutUserPolicy"

        return self._commit(propose)

    def _boundary(self, account: str, user_name: str, document: str) -> ManagedPolicy:
        """A managed policy for the user alone."""
        time = self._time()
        versions = (Version("v1", document, time),)
        policy = ManagedPolicy(account, f"{user_name}-boundary", new_unique_id(POLICY), time, time, versions)
        assert policy.compiled_policy
        return policy

    def root_key(self, account: str) -> AccessKey | None:
        """The first access key of the account's root, even of a closed one; None where there is none."""
        records = self._store.begin().at("", "")
        return next(iter(records.list(AccessKey, index="owner", value=f"{account}/", limit=1)), None)

    async def access_key(self, account: str, user_name: str | None = None) -> AccessKey:
        """The first access key of the account's root, or of a user, made where there is none."""
        owner = f"{account}/{user_name or ''}"
        records = self._store.begin().at("", "")
        known = records.get(Account, account)
        if known is not None and known.closed:
            raise LookupError(f"account {account} is closed")
        found = records.list(AccessKey, index="owner", value=owner, limit=1)
        return found[0] if found else await self._new_access_key(account, user_name or "")

    def _new_access_key(self, account: str, user_name: str) -> Awaitable[AccessKey]:
        def propose(changes: Changeset) -> tuple[AccessKey, str, str]:
            if user_name and changes.at(account, "").get(User, user_name) is None:
                raise LookupError(f"account {account} has no user {user_name}")
            if changes.at("", "").get(Account, account) is None:
                raise LookupError(f"there is no account {account}")
            key = AccessKey(new_access_key_id(account), account, self._time(), new_secret_access_key(), user_name)
            changes.at("", "").put(key)
            return key, account, "CreateAccessKey"

        return self._commit(propose)

    async def _commit(self, propose: Callable[[Changeset], tuple[T, str, str]]) -> T:
        while True:
            changes = self._store.begin()
            made, account, operation = propose(changes)
            try:
                await self._store.commit(changes, [operator_event(self._now(), "iam", operation, account)])
            except Conflict:
                continue
            return made

    def _time(self) -> datetime:
        """Now, in whole seconds, as IAM tells it."""
        return datetime.fromtimestamp(int(self._now()), UTC)


def operator_event(now: float, service: str, operation: str, account: str) -> AuditEvent:
    """What the operator did, for the trail of the account that it was done to."""
    operator = service_principal("vauban")
    return AuditEvent(
        time=now,
        request_id=new_id(),
        service=service,
        operation=operation,
        account=account,
        region=_GLOBAL_REGION,
        principal=(operator.kind, "", operator.arn, operator.unique_id, "", "", ""),
        source_ip=operator.arn,
        user_agent=operator.arn,
        tls="",
        read_only=False,
        event_type="AwsServiceEvent",
    )
