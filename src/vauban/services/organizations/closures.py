"""Accounts closed: nobody of them is answered any more, and after 90 days they are gone from their organization."""

from datetime import timedelta

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import ServiceEvent, on, operation, when_due
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import AccountAlreadyClosedException, ConstraintViolationException
from vauban.services.organizations.memberships import depart
from vauban.services.organizations.resources import Closure, members, organization_of, own_organization

_REQUESTED = "Account Closure Requested"
_QUOTA_PERIOD = timedelta(days=30)


@operation("CloseAccount", on=resolvers.account())
def close_account(call: Call, account: Account) -> None:
    organization = own_organization(call)
    if organization.feature_set != "ALL":
        raise ConstraintViolationException("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
    if account.account == organization.management_account:
        raise ConstraintViolationException("CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
    if account.status != "ACTIVE":
        raise AccountAlreadyClosedException
    _refuse_too_many(call, organization)
    call.store.put(replace(account, status="PENDING_CLOSURE"))
    call.store.put(Closure(account.account, organization.organization_id, organization.management_account, call.now))
    call.send(_REQUESTED, account=account.account)


def _refuse_too_many(call: Call, organization: Organization) -> None:
    """Within 30 days: a fifth of the members, or 250 where that is more; never more than 1,000."""
    closures = call.store.list(Closure, index="organization", value=organization.organization_id)
    recent = [each for each in closures if each.requested > call.now - _QUOTA_PERIOD]
    if len(recent) >= min(1000, max(250, (len(members(call.store, organization)) - 1) // 5)):
        raise ConstraintViolationException("CLOSE_ACCOUNT_QUOTA_EXCEEDED")


@on("organizations", "aws.organizations", _REQUESTED)
def closing_of_account(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    account = call.store.get(Account, call.account)
    if account is None or account.status != "PENDING_CLOSURE":
        return None
    call.store.put(replace(account, status="SUSPENDED"))
    details = {"closeAccountStatus": {"accountId": account.account, "state": "SUCCEEDED"}}
    return ServiceEvent("CloseAccountResult", (), details, event.account)


@when_due(Closure)
def end_of_account(call: ServiceCall, closure: Closure) -> None:
    """Its time is over: it counts no longer, and nothing brings it back."""
    account = call.store.get(Account, closure.account)
    call.store.delete(closure)
    organization = organization_of(call.store, closure.account)
    if organization is None:
        call.store.put(replace(account, status="CLOSED"))
        return
    if account.account in organization.delegations:
        others = {id: services for id, services in organization.delegations.items() if id != account.account}
        call.store.put(replace(organization, delegations=others))
    depart(call, organization, replace(account, status="CLOSED"), "CLEANED")
