"""The ``iam:`` condition keys, and how a call bears them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from collections.abc import Callable
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource

PASSED_TO = {"AddRoleToInstanceProfile": "ec2.amazonaws.com"}
"""Operations of IAM itself that hand a role to a service."""


def _asked(member: str) -> Callable[[Call, Resource], Any]:
    """The condition key whose value is a request member."""
    return lambda call, _: call.params.get(member)


def _permissions_boundary(call: Call, resource: Resource) -> str | None:
    """The boundary that the request sets, or else the one that the entity has."""
    asked = call.params.get("PermissionsBoundary")
    return asked or getattr(resource.record, "boundary", None) or None


def _associated_resource(call: Call, _: Resource) -> str | None:
    if call.operation.name not in PASSED_TO:
        return None
    return f"arn:aws:ec2:*:{call.account}:instance/*"


def _resource_tag(_: Call, resource: Resource, name: str) -> str | None:
    return next((value for key, value in resource.tags.items() if key.lower() == name), None)


CONDITIONS = Conditions(
    exact={
        "iam:associatedresourcearn": _associated_resource,
        "iam:awsservicename": _asked("AWSServiceName"),
        "iam:passedtoservice": lambda call, _: PASSED_TO.get(call.operation.name),
        "iam:permissionsboundary": _permissions_boundary,
        "iam:policyarn": _asked("PolicyArn"),
        "iam:servicespecificcredentialagedays": _asked("CredentialAgeDays"),
        "iam:servicespecificcredentialservicename": _asked("ServiceName"),
    },
    prefixed={"iam:resourcetag/": _resource_tag},
)
