"""Two accounts, with users, roles and managed policies made straight as records."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from vauban.identity.ids import POLICY, ROLE, new_unique_id
from vauban.identity.managed_policies import ManagedPolicy, Version
from vauban.identity.policy_principals import bind
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.policy import Policy
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": statement}


def trust(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    named = {"AWS": principal} if isinstance(principal, str) else principal
    statement = {"Effect": "Allow", "Principal": named, "Action": list(actions or ("sts:AssumeRole",)), **more}
    return {"Version": "2012-10-17", "Statement": statement}


class House:
    """What tests do to records, beside what customers do by calls."""

    def __init__(self, vauban: InProcess):
        self.vauban = vauban

    def role(self, name: str, trusting: dict[str, Any], *policies: dict[str, Any], **fields: Any) -> str:
        """Make (or change) a role; its ARN."""
        account = fields.pop("account", ACCOUNT)

        def propose(changes: Any) -> str:
            policy = Policy.parse(trusting, name="trust policy", kind="trust")
            before = changes.at(account, "").get(Role, name)
            documents = {f"policy-{number}": json.dumps(each) for number, each in enumerate(policies)}
            role = Role(
                account,
                name,
                before.role_id if before else new_unique_id(ROLE),
                LONG_AGO,
                json.dumps(trusting),
                trusted_ids=bind(policy, changes, account),
                policies=documents,
                **fields,
            )
            changes.at(account, "").put(role)
            return role.arn

        return self.commit(propose)

    def managed_policy(self, name: str, document: dict[str, Any]) -> str:
        """Make (or change) a managed policy; its ARN."""

        def propose(changes: Any) -> str:
            version = Version("v1", json.dumps(document), LONG_AGO)
            policy = ManagedPolicy(ACCOUNT, name, new_unique_id(POLICY), LONG_AGO, LONG_AGO, (version,))
            changes.at(ACCOUNT, "").put(policy)
            return policy.arn

        return self.commit(propose)

    def forget_role(self, name: str) -> None:
        self.commit(lambda changes: changes.at(ACCOUNT, "").delete(changes.at(ACCOUNT, "").get(Role, name)))

    def forget_user(self, name: str) -> None:
        self.commit(lambda changes: changes.at(ACCOUNT, "").delete(changes.at(ACCOUNT, "").get(User, name)))

    def put(self, record: Any) -> None:
        self.commit(lambda changes: changes.at(record.account, "").put(record))

    def commit(self, propose: Callable[[Any], Any]) -> Any:
        async def work() -> Any:
            changes = self.vauban.vauban.store.begin()
            made = propose(changes)
            await self.vauban.vauban.store.commit(changes, [])
            return made

        return asyncio.run_coroutine_threadsafe(work(), self.vauban._loop).result(timeout=60)

    def sts(self, user: str | None = None, **more: Any) -> Any:
        return self.vauban.client("sts", user=user, **more)

    def events(self, name: str) -> list[dict[str, Any]]:
        return [record for record in self.vauban.trail() if record["eventName"] == name]


@pytest.fixture
def house() -> Iterator[House]:
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield House(running)
    running.close()


@pytest.fixture
def alice(house: House) -> Any:
    """An STS client of a user who may ask STS everything, and list keys."""
    house.vauban.user("alice", allow("sts:*", "kms:ListKeys"))
    return house.sts("alice")
