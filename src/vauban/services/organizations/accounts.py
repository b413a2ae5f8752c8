"""The accounts of an organization: looked at, and let go."""

from typing import Any, Literal

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import (
    AccountNotFoundException,
    ConstraintViolationException,
    MasterCannotLeaveOrganizationException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.memberships import depart
from vauban.services.organizations.resources import members, own_organization


@operation("DescribeAccount", on=resolvers.account())
def describe_account(call: Call, account: Account) -> dict[str, Any]:
    return {"Account": shown(own_organization(call), account)}


@operation("ListAccounts", on=resolvers.organization)
def list_accounts(
    call: Call, organization: Organization, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    accounts = members(call.store, organization)
    return page(call, "Accounts", accounts, by_age, lambda each: shown(organization, each), max_results, next_token)


@operation("ListAccountsForParent", on=resolvers.parent())
def list_accounts_for_parent(
    call: Call, parent: Any, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    organization = own_organization(call)
    accounts = call.store.list(Account, index="parent", value=parent.unit_id)
    return page(call, "Accounts", accounts, by_age, lambda each: shown(organization, each), max_results, next_token)


@operation("RemoveAccountFromOrganization", on=resolvers.account())
def remove_account_from_organization(call: Call, account: Account) -> None:
    leave(call, own_organization(call), account, "REMOVED")


@operation("LeaveOrganization", on=resolvers.membership)
def leave_organization(call: Call, organization: Organization) -> None:
    account = call.store.get(Account, call.account)
    if account is None:
        raise AccountNotFoundException
    leave(call, organization, account)


def leave(
    call: Call, organization: Organization, account: Account, method: Literal["LEFT", "REMOVED"] = "LEFT"
) -> None:
    """Let an account go. AWS asks for a means of payment first, and that it be four days old; there is no bill here."""
    if account.account == organization.management_account:
        raise MasterCannotLeaveOrganizationException
    if account.account in organization.delegations:
        raise ConstraintViolationException("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
    depart(call, organization, account, method)


def by_age(account: Account) -> str:
    """Where an account stands in lists: in the order of making."""
    return f"{account.number:012} {account.account}"


def shown(organization: Organization, account: Account) -> dict[str, Any]:
    """The model's ``Account``."""
    return {
        "Id": account.account,
        "Arn": organization.arn_of("account", account.account),
        "Email": account.address,
        "Name": account.name or account.account,
        "Status": account.status,
        "State": account.status,
        "Paths": [f"{organization.path(account.parent_id or '')}{account.account}/"],
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": account.joined,
    }
