"""Trusted access: the services of AWS that an organization lets at its accounts."""

from typing import Any

from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import ConstraintViolationException
from vauban.services.organizations.lists import page
from vauban.services.organizations.policy_types import POLICY_TYPES
from vauban.services.organizations.service_principals import require_recognized


@operation("EnableAWSServiceAccess", on=resolvers.organization)
def enable_aws_service_access(call: Call, organization: Organization, service_principal: str) -> None:
    require_recognized(service_principal)
    if organization.feature_set != "ALL":
        raise ConstraintViolationException("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
    if service_principal not in organization.services:
        call.store.put(replace(organization, services={**organization.services, service_principal: call.now}))


@operation("DisableAWSServiceAccess", on=resolvers.organization)
def disable_aws_service_access(call: Call, organization: Organization, service_principal: str) -> None:
    require_recognized(service_principal)
    if any(POLICY_TYPES[type].service == service_principal for type in organization.policy_types):
        raise ConstraintViolationException("POLICY_TYPE_ENABLED_FOR_THIS_SERVICE")
    kept = {service: since for service, since in organization.services.items() if service != service_principal}
    call.store.put(replace(organization, services=kept))


@operation("ListAWSServiceAccessForOrganization", on=resolvers.organization)
def list_aws_service_access_for_organization(
    call: Call, organization: Organization, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    return page(
        call,
        "EnabledServicePrincipals",
        organization.services.items(),
        lambda each: each[0],
        lambda each: {"ServicePrincipal": each[0], "DateEnabled": each[1]},
        max_results,
        next_token,
    )
