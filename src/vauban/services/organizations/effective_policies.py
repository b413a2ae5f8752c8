"""What an account's management policies amount to, on all the way down from the root."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.organizations import resolvers
from vauban.services.organizations.documents import read
from vauban.services.organizations.errors import (
    AWSOrganizationsNotInUseException,
    EffectivePolicyNotFoundException,
    InvalidInputException,
)
from vauban.services.organizations.inheritance import effective
from vauban.services.organizations.policy_types import of_type
from vauban.services.organizations.resources import organization_of, own_organization


@dataclass(frozen=True)
class OwnOrNamedAccount:
    """The account that the call names; every account may name itself, or nothing and mean itself."""

    members: tuple[str, ...] = ("TargetId",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        named = call.params.get("TargetId", call.account)
        if named != call.account:
            return resolvers.target()(call, world)
        records = world.at("", "")
        organization = organization_of(records, named)
        if organization is None:
            return Resource("*", absent=AWSOrganizationsNotInUseException())
        return Resource(organization.arn_of("account", named), "account", record=records.get(Account, named))


class Effective(NamedTuple):
    content: dict[str, Any]
    updated: datetime


@operation("DescribeEffectivePolicy", on=OwnOrNamedAccount())
def describe_effective_policy(call: Call, target: Any, policy_type: str) -> dict[str, Any]:
    if not isinstance(target, Account):
        raise InvalidInputException("TARGET_NOT_SUPPORTED")
    found = effective_policy(call, own_organization(call), target, policy_type)
    if found is None:
        raise EffectivePolicyNotFoundException
    return {
        "EffectivePolicy": {
            "PolicyContent": json.dumps(found.content, separators=(",", ":")),
            "LastUpdatedTimestamp": found.updated,
            "TargetId": target.account,
            "PolicyType": policy_type,
        }
    }


def effective_policy(call: Call, organization: Organization, account: Account, type: str) -> Effective | None:
    """None where the type is not in force, or nothing of it reaches the account."""
    if type not in organization.policy_types:
        return None
    attached = [unit.policies for unit in organization.lineage(account.parent_id or "")]
    levels = [of_type(call, organization, ids, type).values() for ids in (*attached, account.policies)]
    content = effective([[read(each.content) for each in level] for level in levels])
    updated = [each.updated for level in levels for each in level if each.updated is not None]
    return Effective(content, max(updated)) if content is not None else None
