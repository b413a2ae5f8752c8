"""Every operation, asked by somebody without policies: denied, on the trail, and nothing is told."""

from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from vauban.discovery import Services

from .conftest import ACCOUNT

OPERATIONS = Services()["iam"].operations
MODEL = botocore.session.get_session().get_service_model("iam")
GIVEN: dict[str, Any] = {
    "AccountAlias": "vauban-shop",
    "Arn": f"arn:aws:iam::{ACCOUNT}:user/somebody",
    "AssumeRolePolicyDocument": "{}",
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "654321",
    "DeletionTaskId": "task/aws-service-role/x",
    "Encoding": "SSH",
    "JobId": "0" * 36,
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/some",
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/some",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/somebody",
    "SAMLMetadataDocument": "x" * 1000,
    "SAMLProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/some",
    "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/some",
    "Status": "Active",
    "ThumbprintList": ["0" * 40],
    "Url": "https://id.example.com",
    "VersionId": "v1",
}


def required(name: str) -> dict[str, Any]:
    shape = MODEL.operation_model(name).input_shape
    return {member: _value(member, shape.members[member]) for member in shape.required_members} if shape else {}


def _value(member: str, shape: Any) -> Any:
    if member in GIVEN:
        return GIVEN[member]
    if shape.type_name == "list":
        return [_value("", shape.member)]
    if shape.type_name == "structure":
        return {each: _value(each, shape.members[each]) for each in shape.required_members}
    return "somebody01234567890123456789" if shape.type_name == "string" else 1


@pytest.fixture(scope="module")
def nobody():
    """A Vauban for all of these tests: none of them changes anything."""
    from vauban.testing import InProcess

    running = InProcess()
    running.user("nobody")
    yield running
    running.close()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_who_has_no_policy_is_denied_and_it_is_on_the_trail(name, nobody, refused):
    client = nobody.client("iam", user="nobody")
    before = len(nobody.trail())
    with refused("AccessDenied", "is not authorized to perform: iam:"):
        getattr(client, xform_name(name))(**required(name))
    (event,) = nobody.trail()[before:]
    assert (event["eventName"], event["errorCode"]) == (name, "AccessDenied")
