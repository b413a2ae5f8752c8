"""Accounts made in an organization, each with a role by which the management account has it in hand.

The account is there with the answer; what belongs to the account itself is made in it, by what ``creation_of_account``
hears, and then the request has succeeded.
"""

import json
import re
from typing import Any

from vauban.identity.accounts import Account, new_account_id
from vauban.identity.ids import ROLE, new_unique_id
from vauban.identity.organizations import Organization
from vauban.identity.roles import Role
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import ServiceEvent, on, operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import CreateAccountStatusNotFoundException, InvalidInputException
from vauban.services.organizations.linked_roles import linked_role
from vauban.services.organizations.lists import page
from vauban.services.organizations.memberships import join
from vauban.services.organizations.resources import AccountRequest, new_id
from vauban.services.organizations.tags import tagged

ROLE_NAME = "OrganizationAccountAccessRole"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

_MOST_ACCOUNTS = 10_000
_REQUESTED = "Account Requested"
_LOCAL_PART = re.compile(r"""(?!\.)[^\s"'()<>\[\]:;,\\|%&@]+""", re.ASCII)
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(?<!-)")


@operation("CreateAccount", on=resolvers.organization, also=(("TagResource", "Tags"),))
def create_account(
    call: Call,
    organization: Organization,
    email: str,
    account_name: str,
    role_name: str = ROLE_NAME,
    iam_user_access_to_billing: str = "ALLOW",
    tags: list[dict[str, str]] = (),
) -> dict[str, Any]:
    if role_name.startswith("AWSServiceRoleFor"):
        raise InvalidInputException("INVALID_ROLE_NAME")
    request = AccountRequest(new_id(call, "car-", 32), organization.organization_id, account_name, call.now)
    failure = _failure(call, organization, email)
    if failure:
        request = replace(request, failure_reason=failure)
    else:
        new = Account(
            _unused_id(call),
            call.now,
            call.store.count(Account) + 1,
            account_name,
            email,
            billing_for_users=iam_user_access_to_billing == "ALLOW",
        )
        new = replace(new, tags=tagged({}, tags))
        request = replace(request, account=new.account)
        join(call, organization, new, "CREATED")
    call.store.put(request)
    call.send(_REQUESTED, account=request.account, request=request.request_id, role=role_name)
    return {"CreateAccountStatus": _shown(request)}


def _unused_id(call: Call) -> str:
    found = new_account_id()
    while call.store.get(Account, found) is not None:
        found = new_account_id()
    return found


def _failure(call: Call, organization: Organization, email: str) -> str:
    """Why no account can be made, as DescribeCreateAccountStatus tells it; nothing where one can."""
    local, _, domain = email.partition("@")
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or not email.isascii():
        return "INVALID_EMAIL"
    if call.store.list(Account, index="address", value=email.lower(), limit=1):
        return "EMAIL_ALREADY_EXISTS"
    there = call.store.count(Account, index="organization", value=organization.organization_id)
    return "ACCOUNT_LIMIT_EXCEEDED" if there >= _MOST_ACCOUNTS else ""


@on("organizations", "aws.organizations", _REQUESTED)
def creation_of_account(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    """The role in the new account; then the request is done with."""
    request = call.store.get(AccountRequest, event.detail["request"])
    if request is None or request.completed is not None:
        return None
    if not request.failure_reason:
        call.store.put(_role(call, event.detail["role"], event.account))
        call.store.put(linked_role(call))
    request = replace(request, completed=call.now)
    call.store.put(request)
    return ServiceEvent("CreateAccountResult", (), {"createAccountStatus": _trail(request)}, event.account)


def _role(call: Call, name: str, management_account: str) -> Role:
    """One that the management account's principals may assume, and that may do everything."""
    principal = {"AWS": f"arn:aws:iam::{management_account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return Role(call.account, name, new_unique_id(ROLE), call.now, trust, attached=(ADMINISTRATOR,))


@operation("DescribeCreateAccountStatus", on=resolvers.organization)
def describe_create_account_status(
    call: Call, organization: Organization, create_account_request_id: str
) -> dict[str, Any]:
    request = call.store.get(AccountRequest, create_account_request_id)
    if request is None or request.organization_id != organization.organization_id:
        raise CreateAccountStatusNotFoundException
    return {"CreateAccountStatus": _shown(request)}


@operation("ListCreateAccountStatus", on=resolvers.organization)
def list_create_account_status(
    call: Call,
    organization: Organization,
    states: list[str] = (),
    next_token: str | None = None,
    max_results: int | None = None,
) -> dict[str, Any]:
    requests = call.store.list(AccountRequest, index="organization", value=organization.organization_id)
    found = [each for each in requests if not states or each.state in states]
    return page(call, "CreateAccountStatuses", found, _by_age, _shown, max_results, next_token)


def _by_age(request: AccountRequest) -> str:
    return f"{request.requested.isoformat()} {request.request_id}"


def _shown(request: AccountRequest) -> dict[str, Any]:
    """The model's ``CreateAccountStatus``."""
    shown = {
        "Id": request.request_id,
        "AccountName": request.name,
        "State": request.state,
        "RequestedTimestamp": request.requested,
    }
    if request.account:
        shown["AccountId"] = request.account
    if request.completed is not None:
        shown["CompletedTimestamp"] = request.completed
        if request.failure_reason:
            shown["FailureReason"] = request.failure_reason
    return shown


def _trail(request: AccountRequest) -> dict[str, Any]:
    """The same, in the words of the trail."""
    shown = {name[0].lower() + name[1:]: value for name, value in _shown(request).items()}
    return {name: str(value) for name, value in shown.items()}
