"""Delegated administrators: members that make and change their organization's trails.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html
"""

from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.kernel.operations import operation
from vauban.services.cloudtrail.errors import (
    AccountNotFoundException,
    AccountNotRegisteredException,
    AccountRegisteredException,
    CannotDelegateManagementAccountException,
    DelegatedAdminAccountLimitExceededException,
    InsufficientDependencyServiceAccessPermissionException,
    NotOrganizationManagementAccountException,
)
from vauban.services.cloudtrail.organizations import SERVICE_PRINCIPAL, own_organization, trusting

MOST = 3
_SAID = {
    "AccountNotFoundException": (AccountNotFoundException, "The account {} is not a member of the organization."),
    "AccountAlreadyRegisteredException": (
        AccountRegisteredException,
        "The account {} is already registered as a CloudTrail delegated administrator.",
    ),
    "AccountNotRegisteredException": (
        AccountNotRegisteredException,
        "The account {} is not registered as a CloudTrail delegated administrator.",
    ),
}
"""What Organizations raises, as CloudTrail tells it."""


@operation("RegisterOrganizationDelegatedAdmin")
def register_organization_delegated_admin(call: Call, member_account_id: str) -> None:
    organization = _managed(call)
    if member_account_id == organization.management_account:
        raise CannotDelegateManagementAccountException(
            "The management account of the organization cannot be registered as a CloudTrail delegated administrator."
        )
    delegations = organization.delegations
    others = [each for each in delegations if each != member_account_id and SERVICE_PRINCIPAL in delegations[each]]
    if len(others) >= MOST:
        raise DelegatedAdminAccountLimitExceededException(
            f"An organization can have {MOST} CloudTrail delegated administrators."
        )
    _ask(call, "RegisterDelegatedAdministrator", member_account_id)


@operation("DeregisterOrganizationDelegatedAdmin")
def deregister_organization_delegated_admin(call: Call, delegated_admin_account_id: str) -> None:
    _managed(call)
    _ask(call, "DeregisterDelegatedAdministrator", delegated_admin_account_id)


def _managed(call: Call) -> Organization:
    organization = own_organization(call)
    if call.account != organization.management_account:
        raise NotOrganizationManagementAccountException(
            "Only the management account of the organization can change its delegated administrators."
        )
    return trusting(organization)


def _ask(call: Call, operation: str, account: str) -> None:
    """Of Organizations, on the caller's authority."""
    try:
        call.ask(f"organizations:{operation}", AccountId=account, ServicePrincipal=SERVICE_PRINCIPAL)
    except AccessDeniedException as error:
        raise InsufficientDependencyServiceAccessPermissionException(error.message) from None
    except AwsError as error:
        if error.code not in _SAID:
            raise
        kind, sentence = _SAID[error.code]
        raise kind(sentence.format(account)) from None
