"""Organizations, as far as trails and event data stores are for all accounts of one.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
"""

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.stores import Records
from vauban.services.cloudtrail.errors import (
    CloudTrailAccessNotEnabledException,
    NotOrganizationMasterAccountException,
    OrganizationNotInAllFeaturesModeException,
    OrganizationsNotInUseException,
)

SERVICE_PRINCIPAL = "cloudtrail.amazonaws.com"


def organization_of(call: Call, records: Records) -> str | None:
    account = records.get(Account, call.account)
    return account.organization_id if account else None


def accounts_of(call: Call, account: str, organization_id: str | None) -> frozenset[str]:
    """Whose events a trail or an event data store is about: its own account's, or all those of its organization."""
    if organization_id is None:
        return frozenset((account,))
    members = call.store.list(Account, index="organization", value=organization_id)
    return frozenset(each.account for each in members)


def may_manage_trails(organization: Organization, account: str) -> bool:
    """The management account, and those it has made delegated administrators of CloudTrail."""
    return account == organization.management_account or SERVICE_PRINCIPAL in organization.delegations.get(account, {})


def manager_of_trails(call: Call) -> Organization:
    """The organization that the caller's account may make trails for. Raises why it may not."""
    organization = own_organization(call)
    if not may_manage_trails(organization, call.account):
        raise _not_the_management_account()
    return trusting(organization)


def organization_for_trails(call: Call) -> str:
    """The organization that the caller's account manages, which may make an account's trail one of all accounts'."""
    organization = own_organization(call)
    if call.account != organization.management_account:
        raise _not_the_management_account()
    return trusting(organization).organization_id


def trusting(organization: Organization) -> Organization:
    """Raises where the organization does not let CloudTrail at its accounts."""
    if organization.feature_set != "ALL":
        raise OrganizationNotInAllFeaturesModeException("The organization has not enabled all features.")
    if SERVICE_PRINCIPAL not in organization.services:
        raise CloudTrailAccessNotEnabledException("The organization has not enabled access for CloudTrail.")
    return organization


def own_organization(call: Call) -> Organization:
    """Raises where the caller's account is in none."""
    organization_id = organization_of(call, call.store)
    if organization_id is None:
        raise OrganizationsNotInUseException("Your account is not a member of an organization.")
    return call.store.get(Organization, organization_id)


def _not_the_management_account() -> NotOrganizationMasterAccountException:
    return NotOrganizationMasterAccountException(
        "Only the management account of the organization can make or change an organization trail."
    )
