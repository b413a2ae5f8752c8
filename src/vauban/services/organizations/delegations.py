"""Delegated administrators: members that look at the organization for a service of AWS's."""

from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.accounts import by_age, shown
from vauban.services.organizations.errors import (
    AccountAlreadyRegisteredException,
    AccountNotRegisteredException,
    ConstraintViolationException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.resources import members, own_organization
from vauban.services.organizations.service_principals import require_recognized


@operation("RegisterDelegatedAdministrator", on=resolvers.account())
def register_delegated_administrator(call: Call, account: Account, service_principal: str) -> None:
    organization = own_organization(call)
    require_recognized(service_principal)
    if account.account == organization.management_account:
        raise ConstraintViolationException("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
    if account.status != "ACTIVE":
        raise ConstraintViolationException("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR")
    services = organization.delegations.get(account.account, {})
    if service_principal in services:
        raise AccountAlreadyRegisteredException
    _put(call, organization, account, {**services, service_principal: call.now})


@operation("DeregisterDelegatedAdministrator", on=resolvers.account())
def deregister_delegated_administrator(call: Call, account: Account, service_principal: str) -> None:
    organization = own_organization(call)
    require_recognized(service_principal)
    if account.account == organization.management_account:
        raise ConstraintViolationException("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
    services = organization.delegations.get(account.account, {})
    if service_principal not in services:
        raise AccountNotRegisteredException
    kept = {service: since for service, since in services.items() if service != service_principal}
    _put(call, organization, account, kept)


@operation("ListDelegatedAdministrators", on=resolvers.organization)
def list_delegated_administrators(
    call: Call,
    organization: Organization,
    service_principal: str = "",
    next_token: str | None = None,
    max_results: int | None = None,
) -> dict[str, Any]:
    if service_principal:
        require_recognized(service_principal)
    delegations = organization.delegations

    def administers(account: Account) -> bool:
        services = delegations.get(account.account, {})
        return service_principal in services if service_principal else bool(services)

    def show(account: Account) -> dict[str, Any]:
        details = {name: value for name, value in shown(organization, account).items() if name != "Paths"}
        services = delegations[account.account]
        return {**details, "DelegationEnabledDate": services.get(service_principal) or min(services.values())}

    accounts = [each for each in members(call.store, organization) if administers(each)]
    return page(call, "DelegatedAdministrators", accounts, by_age, show, max_results, next_token)


@operation("ListDelegatedServicesForAccount", on=resolvers.account())
def list_delegated_services_for_account(
    call: Call, account: Account, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    services = own_organization(call).delegations.get(account.account)
    if not services:
        raise AccountNotRegisteredException
    return page(
        call,
        "DelegatedServices",
        services.items(),
        lambda each: each[0],
        lambda each: {"ServicePrincipal": each[0], "DelegationEnabledDate": each[1]},
        max_results,
        next_token,
    )


def _put(call: Call, organization: Organization, account: Account, services: dict[str, Any]) -> None:
    others = {id: each for id, each in organization.delegations.items() if id != account.account}
    call.store.put(replace(organization, delegations={**others, account.account: services} if services else others))
