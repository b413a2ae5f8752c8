"""Types of policies: what each may hold, and in which roots it is in force.

Sizes and numbers: Organizations User Guide, "Quotas and service limits".
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from vauban.identity.organizations import (
    FULL_ACCESS,
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Organization,
    OrganizationPolicy,
    Unit,
    organization_policy,
)
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import (
    ConstraintViolationException,
    PolicyTypeAlreadyEnabledException,
    PolicyTypeNotAvailableForOrganizationException,
    PolicyTypeNotEnabledException,
)
from vauban.services.organizations.resources import members, own_organization


class PolicyType(NamedTuple):
    size: int = 10_000
    """The most characters of a document."""
    attachments: int = 10
    """The most policies of the type on one root, unit or account."""
    number: int = 1_000
    """The most policies of the type in an organization."""
    element: str = ""
    """What everything in its documents stands under, where it is known; of control policies, IAM's language tells."""
    service: str = ""
    """The service that needs trusted access first."""


POLICY_TYPES = {
    SERVICE_CONTROL: PolicyType(size=10_240, number=10_000),
    RESOURCE_CONTROL: PolicyType(size=5_120, attachments=5),
    "TAG_POLICY": PolicyType(element="tags"),
    "BACKUP_POLICY": PolicyType(element="plans"),
    "AISERVICES_OPT_OUT_POLICY": PolicyType(size=2_500, attachments=5, element="services"),
    "CHATBOT_POLICY": PolicyType(attachments=5, element="chatbot"),
    "DECLARATIVE_POLICY_EC2": PolicyType(element="ec2_attributes"),
    "SECURITYHUB_POLICY": PolicyType(service="securityhub.amazonaws.com"),
    "SECURITYHUB_CSPM_POLICY": PolicyType(),
    "INSPECTOR_POLICY": PolicyType(),
    "UPGRADE_ROLLOUT_POLICY": PolicyType(),
    "BEDROCK_POLICY": PolicyType(),
    "S3_POLICY": PolicyType(),
    "NETWORK_SECURITY_DIRECTOR_POLICY": PolicyType(),
    "GUARDDUTY_POLICY": PolicyType(),
}


@operation("EnablePolicyType", on=resolvers.root())
def enable_policy_type(call: Call, root: Unit, policy_type: str) -> dict[str, Any]:
    organization = own_organization(call)
    require_available(organization)
    if organization.policy_types.get(policy_type):
        raise PolicyTypeAlreadyEnabledException
    service = POLICY_TYPES[policy_type].service
    if service and service not in organization.services:
        raise ConstraintViolationException("SERVICE_ACCESS_NOT_ENABLED")
    organization = enabled(call, organization, policy_type, shown=True)
    return {"Root": shown_root(organization)}


@operation("DisablePolicyType", on=resolvers.root())
def disable_policy_type(call: Call, root: Unit, policy_type: str) -> dict[str, Any]:
    organization = own_organization(call)
    if not organization.policy_types.get(policy_type):
        raise PolicyTypeNotEnabledException
    kept = {type: shown for type, shown in organization.policy_types.items() if type != policy_type}
    organization = replace(organization, policy_types=kept)

    def without(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(id for id in ids if id not in of_type(call, organization, ids, policy_type))

    return {"Root": shown_root(_attached_anew(call, organization, without))}


def enabled(call: Call, organization: Organization, policy_type: str, *, shown: bool) -> Organization:
    """The organization, put, with a type in force; everything in it starts with AWS's own policy, if there is one."""
    new = policy_type not in organization.policy_types
    organization = replace(organization, policy_types={**organization.policy_types, policy_type: shown})
    full = FULL_ACCESS.get(policy_type)
    if not new or full is None:
        call.store.put(organization)
        return organization
    return _attached_anew(call, organization, lambda ids: (*ids, full.policy_id))


def require_available(organization: Organization) -> None:
    """Raises PolicyTypeNotAvailableForOrganizationException where an organization only pays together."""
    if organization.feature_set != "ALL":
        raise PolicyTypeNotAvailableForOrganizationException


def of_type(
    call: Call, organization: Organization, ids: tuple[str, ...], policy_type: str
) -> dict[str, OrganizationPolicy]:
    """Those of the policies that are of a type, by id."""
    found = {id: organization_policy(call.store, organization, id) for id in ids}
    return {id: each for id, each in found.items() if each is not None and each.type == policy_type}


def _attached_anew(
    call: Call, organization: Organization, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> Organization:
    """The organization, put, and every account of it, with what is attached everywhere changed."""
    units = {id: replace(unit, policies=change(unit.policies)) for id, unit in organization.units.items()}
    organization = replace(organization, units=units)
    call.store.put(organization)
    for account in members(call.store, organization):
        call.store.put(replace(account, policies=change(account.policies)))
    return organization


def shown_root(organization: Organization) -> dict[str, Any]:
    """The model's ``Root``."""
    types = [{"Type": type, "Status": "ENABLED"} for type, shown in organization.policy_types.items() if shown]
    return {
        "Id": organization.root_id,
        "Arn": organization.arn_of("root", organization.root_id),
        "Name": "Root",
        "PolicyTypes": types,
    }
