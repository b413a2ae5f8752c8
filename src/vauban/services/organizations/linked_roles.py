"""The role by which Organizations itself acts in an account: there as soon as the account is in an organization."""

import json

from vauban.identity.ids import ROLE, new_unique_id
from vauban.identity.roles import SERVICE_LINKED, Role
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException
from vauban.services.organizations.errors import AccessDeniedForDependencyException

NAME = "AWSServiceRoleForOrganizations"
SERVICE = "organizations.amazonaws.com"


def link(call: Call) -> None:
    """Make the role in the caller's account, on the caller's authority. Raises AccessDeniedForDependencyException."""
    if call.store.get(Role, NAME) is not None:
        return
    try:
        call.ask("iam:CreateServiceLinkedRole", AWSServiceName=SERVICE)
    except AccessDeniedException:
        raise AccessDeniedForDependencyException("ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE") from None


def linked_role(call: Call) -> Role:
    """The role of a new account, in which nobody is yet on whose authority it could be made."""
    statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    return Role(
        call.account,
        NAME,
        new_unique_id(ROLE),
        call.now,
        json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path=f"{SERVICE_LINKED}{SERVICE}/",
        attached=(f"arn:aws:iam::aws:policy{SERVICE_LINKED}AWSOrganizationsServiceTrustPolicy",),
    )
