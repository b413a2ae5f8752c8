"""Policies attached to the root, to organizational units, and to accounts."""

from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import FULL_ACCESS, RESOURCE_CONTROL, SERVICE_CONTROL, OrganizationPolicy, Unit
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import (
    ConstraintViolationException,
    DuplicatePolicyAttachmentException,
    InvalidInputException,
    PolicyNotAttachedException,
    PolicyTypeNotEnabledException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.policies import holders, in_order, summary
from vauban.services.organizations.policy_types import POLICY_TYPES, of_type
from vauban.services.organizations.resources import own_organization
from vauban.services.organizations.units import with_unit

Target = Account | Unit


@operation("AttachPolicy", on=(resolvers.policy(), resolvers.target()))
def attach_policy(call: Call, policy: OrganizationPolicy, target: Target) -> None:
    organization = own_organization(call)
    if policy.type not in organization.policy_types:
        raise PolicyTypeNotEnabledException
    if policy.policy_id in target.policies:
        raise DuplicatePolicyAttachmentException
    if len(of_type(call, organization, target.policies, policy.type)) >= POLICY_TYPES[policy.type].attachments:
        raise ConstraintViolationException("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    _put(call, replace(target, policies=(*target.policies, policy.policy_id)))


@operation("DetachPolicy", on=(resolvers.policy(), resolvers.target()))
def detach_policy(call: Call, policy: OrganizationPolicy, target: Target) -> None:
    if policy.policy_id == FULL_ACCESS[RESOURCE_CONTROL].policy_id:
        raise InvalidInputException("NON_DETACHABLE_POLICY")
    if policy.policy_id not in target.policies:
        raise PolicyNotAttachedException
    of_its_type = of_type(call, own_organization(call), target.policies, policy.type)
    if policy.type == SERVICE_CONTROL and len(of_its_type) == 1:
        raise ConstraintViolationException("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    _put(call, replace(target, policies=tuple(each for each in target.policies if each != policy.policy_id)))


@operation("ListPoliciesForTarget", on=resolvers.target())
def list_policies_for_target(
    call: Call, target: Target, filter: str, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    found = of_type(call, own_organization(call), target.policies, filter).values()
    return page(call, "Policies", found, in_order, summary, max_results, next_token)


@operation("ListTargetsForPolicy", on=resolvers.policy())
def list_targets_for_policy(
    call: Call, policy: OrganizationPolicy, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    organization = own_organization(call)

    def show(id: str) -> dict[str, str]:
        found = resolvers.entity(call.store, organization, id)
        arn = resolvers.arn_of_entity(organization, id)
        if isinstance(found, Account):
            return {"TargetId": id, "Arn": arn, "Name": found.name or id, "Type": "ACCOUNT"}
        type = "ORGANIZATIONAL_UNIT" if found.parent_id else "ROOT"
        return {"TargetId": id, "Arn": arn, "Name": found.name, "Type": type}

    return page(call, "Targets", holders(call, organization, policy.policy_id), str, show, max_results, next_token)


def _put(call: Call, target: Target) -> None:
    call.store.put(target if isinstance(target, Account) else with_unit(own_organization(call), target))
