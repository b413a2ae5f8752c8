"""Policies: kept here, and held by whatever they are attached to."""

from typing import Any

from vauban.identity.organizations import FULL_ACCESS, Organization, OrganizationPolicy
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.documents import check_content
from vauban.services.organizations.errors import (
    ConstraintViolationException,
    DuplicatePolicyException,
    InvalidInputException,
    PolicyInUseException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.policy_types import POLICY_TYPES, require_available
from vauban.services.organizations.resources import members, new_id, own_organization
from vauban.services.organizations.tags import tagged


@operation("CreatePolicy", on=resolvers.new_policy, also=(("TagResource", "Tags"),))
def create_policy(
    call: Call,
    organization: Organization,
    content: str,
    description: str,
    name: str,
    type: str,
    tags: list[dict[str, str]] = (),
) -> dict[str, Any]:
    require_available(organization)
    check_content(content, type)
    _refuse_name(call, organization, type, name)
    if len(_policies(call, organization, type)) >= POLICY_TYPES[type].number:
        raise ConstraintViolationException("POLICY_NUMBER_LIMIT_EXCEEDED")
    policy_id = new_id(call, "p-", 10)
    policy = OrganizationPolicy(
        policy_id=policy_id,
        organization_id=organization.organization_id,
        arn=organization.arn_of("policy", f"{type.lower()}/{policy_id}"),
        type=type,
        name=name,
        content=content,
        description=description,
        updated=call.now,
        tags=tagged({}, tags),
    )
    call.store.put(policy)
    return {"Policy": shown(policy)}


@operation("DescribePolicy", on=resolvers.policy())
def describe_policy(call: Call, policy: OrganizationPolicy) -> dict[str, Any]:
    return {"Policy": shown(policy)}


@operation("UpdatePolicy", on=resolvers.policy())
def update_policy(
    call: Call,
    policy: OrganizationPolicy,
    name: str | None = None,
    description: str | None = None,
    content: str | None = None,
) -> dict[str, Any]:
    organization = own_organization(call)
    _require_own(policy)
    if name is not None and name != policy.name:
        _refuse_name(call, organization, policy.type, name)
        policy = replace(policy, name=name)
    if description is not None:
        policy = replace(policy, description=description)
    if content is not None:
        check_content(content, policy.type)
        policy = replace(policy, content=content, updated=call.now)
    call.store.put(policy)
    call.store.put(organization.revised())
    return {"Policy": shown(policy)}


@operation("DeletePolicy", on=resolvers.policy())
def delete_policy(call: Call, policy: OrganizationPolicy) -> None:
    _require_own(policy)
    if holders(call, own_organization(call), policy.policy_id):
        raise PolicyInUseException
    call.store.delete(policy)


@operation("ListPolicies", on=resolvers.organization)
def list_policies(
    call: Call, organization: Organization, filter: str, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    found = _policies(call, organization, filter)
    if filter in FULL_ACCESS and organization.feature_set == "ALL":
        found.append(FULL_ACCESS[filter])
    return page(call, "Policies", found, in_order, summary, max_results, next_token)


def holders(call: Call, organization: Organization, policy_id: str) -> list[str]:
    """The ids of the units and accounts that a policy is attached to."""
    units = [each.unit_id for each in organization.units.values() if policy_id in each.policies]
    return units + [each.account for each in members(call.store, organization) if policy_id in each.policies]


def _policies(call: Call, organization: Organization, type: str) -> list[OrganizationPolicy]:
    """The organization's own of a type."""
    return call.store.list(OrganizationPolicy, index="type", value=f"{organization.organization_id} {type}")


def _refuse_name(call: Call, organization: Organization, type: str, name: str) -> None:
    taken = {each.name for each in _policies(call, organization, type)}
    if type in FULL_ACCESS:
        taken.add(FULL_ACCESS[type].name)
    if name in taken:
        raise DuplicatePolicyException


def _require_own(policy: OrganizationPolicy) -> None:
    if policy.aws_managed:
        raise InvalidInputException("IMMUTABLE_POLICY")


def in_order(policy: OrganizationPolicy) -> str:
    """Where a policy stands in lists: AWS's own come first."""
    return f"{not policy.aws_managed:d} {policy.policy_id}"


def summary(policy: OrganizationPolicy) -> dict[str, Any]:
    """The model's ``PolicySummary``."""
    return {
        "Id": policy.policy_id,
        "Arn": policy.arn,
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type,
        "AwsManaged": policy.aws_managed,
    }


def shown(policy: OrganizationPolicy) -> dict[str, Any]:
    """The model's ``Policy``."""
    return {"PolicySummary": summary(policy), "Content": policy.content}
