"""Organizations themselves: made, described, deleted."""

from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import FULL_ACCESS, SERVICE_CONTROL, Organization, OrganizationPolicy, Unit
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import AlreadyInOrganizationException, OrganizationNotEmptyException
from vauban.services.organizations.linked_roles import link
from vauban.services.organizations.memberships import depart, join
from vauban.services.organizations.resources import (
    AccountRequest,
    Handshake,
    members,
    new_id,
    organization_of,
)


@operation("CreateOrganization")
def create_organization(call: Call, feature_set: str = "ALL") -> dict[str, Any]:
    account = call.store.get(Account, call.account)
    if organization_of(call.store, call.account) is not None:
        raise AlreadyInOrganizationException
    link(call)
    root_id = new_id(call, "r-", 4)
    types = {SERVICE_CONTROL: False} if feature_set == "ALL" else {}
    policies = tuple(FULL_ACCESS[type].policy_id for type in types)
    organization = Organization(
        organization_id=new_id(call, "o-", 10),
        management_account=call.account,
        created=call.now,
        root_id=root_id,
        units={root_id: Unit(root_id, "Root", policies=policies)},
        feature_set=feature_set,
        policy_types=types,
    )
    join(call, organization, account, "INVITED")
    return {"Organization": _shown(call, organization)}


@operation("DescribeOrganization", on=resolvers.membership)
def describe_organization(call: Call, organization: Organization) -> dict[str, Any]:
    return {"Organization": _shown(call, organization)}


@operation("DeleteOrganization", on=resolvers.organization)
def delete_organization(call: Call, organization: Organization) -> None:
    accounts = members(call.store, organization)
    if len(accounts) > 1:
        raise OrganizationNotEmptyException
    for kind in (OrganizationPolicy, Handshake, AccountRequest):
        for each in call.store.list(kind, index="organization", value=organization.organization_id):
            call.store.delete(each)
    depart(call, organization, accounts[0], "LEFT")
    call.store.delete(organization)


def _shown(call: Call, organization: Organization) -> dict[str, Any]:
    """The model's ``Organization``."""
    management = call.store.get(Account, organization.management_account)
    all_features = organization.feature_set == "ALL"
    return {
        "Id": organization.organization_id,
        "Arn": organization.arn,
        "FeatureSet": organization.feature_set,
        "MasterAccountArn": organization.arn_of("account", management.account),
        "MasterAccountId": management.account,
        "MasterAccountEmail": management.address,
        "AvailablePolicyTypes": [{"Type": SERVICE_CONTROL, "Status": "ENABLED"}] if all_features else [],
    }
