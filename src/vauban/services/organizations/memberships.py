"""Accounts that come into an organization, and that go: told on the trail of its management account."""

from typing import Literal

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import ServiceEvent, on
from vauban.kernel.records import replace
from vauban.services.organizations.resources import default_policies

_CHANGED = "Membership Changed"


def join(call: Call, organization: Organization, account: Account, method: Literal["CREATED", "INVITED"]) -> Account:
    """The account in the organization's root, put, with what everything there starts with."""
    joined = replace(
        account,
        organization_id=organization.organization_id,
        parent_id=organization.root_id,
        joined=call.now,
        joined_method=method,
        policies=default_policies(organization),
    )
    call.store.put(joined)
    # Whoever comes makes a new record of the organization: it may be deleted, or its types changed, at the same time.
    call.store.put(organization.revised())
    details = {"accountId": account.account, "joinedMethod": method, "joinedTime": call.now.isoformat()}
    call.send(_CHANGED, account=organization.management_account, name="AccountJoinedOrganization", details=details)
    return joined


def depart(
    call: Call, organization: Organization, account: Account, method: Literal["LEFT", "REMOVED", "CLEANED"]
) -> Account:
    """The account on its own, put, without what only an organization gives it."""
    departed = replace(
        account, organization_id=None, parent_id=None, joined=None, joined_method="", policies=(), tags={}
    )
    call.store.put(departed)
    details = {"accountId": account.account, "departureMethod": method, "departureTime": call.now.isoformat()}
    call.send(_CHANGED, account=organization.management_account, name="AccountDepartedOrganization", details=details)
    return departed


@on("organizations", "aws.organizations", _CHANGED)
def membership_changed(call: ServiceCall, event: DomainEvent) -> ServiceEvent:
    return ServiceEvent(event.detail["name"], (), event.detail["details"])
