"""Every operation asks before it does anything, and asks for exactly what AWS asks for."""

import inspect
import json

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from vauban.services.ssm import SERVICE, errors
from vauban.testing import InProcess

from .conftest import arn, statement

MODEL = botocore.session.get_session().get_service_model("ssm")
SETTING = "/ssm/parameter-store/default-parameter-tier"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "111122223333"},
            "Action": "ssm:GetParameter",
            "Resource": arn("/a"),
        },
    }
)
CALLS = {
    "PutParameter": {"Name": "/a", "Value": "x", "Type": "String", "Overwrite": True},
    "GetParameter": {"Name": "/a"},
    "GetParameters": {"Names": ["/a"]},
    "GetParametersByPath": {"Path": "/a"},
    "DescribeParameters": {},
    "GetParameterHistory": {"Name": "/a"},
    "DeleteParameter": {"Name": "/a"},
    "DeleteParameters": {"Names": ["/a"]},
    "LabelParameterVersion": {"Name": "/a", "Labels": ["x"]},
    "UnlabelParameterVersion": {"Name": "/a", "ParameterVersion": 1, "Labels": ["x"]},
    "AddTagsToResource": {"ResourceType": "Parameter", "ResourceId": "/a", "Tags": []},
    "RemoveTagsFromResource": {"ResourceType": "Parameter", "ResourceId": "/a", "TagKeys": []},
    "ListTagsForResource": {"ResourceType": "Parameter", "ResourceId": "/a"},
    "GetServiceSetting": {"SettingId": SETTING},
    "UpdateServiceSetting": {"SettingId": SETTING, "SettingValue": "Standard"},
    "ResetServiceSetting": {"SettingId": SETTING},
    "PutResourcePolicy": {"ResourceArn": arn("/a"), "Policy": POLICY},
    "GetResourcePolicies": {"ResourceArn": arn("/a")},
    "DeleteResourcePolicy": {"ResourceArn": arn("/a"), "PolicyId": "x", "PolicyHash": "x"},
}
ON_ALL = {"DescribeParameters"}
ON_SETTINGS = {"GetServiceSetting", "UpdateServiceSetting", "ResetServiceSetting"}
REFUSED = {"DeleteResourcePolicy": "ResourcePolicyNotFoundException"}
"""What root is told, where it is not an answer."""


@pytest.fixture
def world(vauban: InProcess, put):
    put("/a", Tier="Advanced")
    return vauban


def call(client, name, **changed):
    return getattr(client, xform_name(name))(**{**CALLS[name], **changed})


def test_every_operation_has_a_call():
    assert set(CALLS) == set(SERVICE.operations)


@pytest.mark.parametrize("name", CALLS)
def test_who_has_no_policy_is_denied_whether_the_parameter_is_there_or_not(name, world):
    world.user("nobody")
    nobody = world.client("ssm", user="nobody")
    absent = json.loads(json.dumps(CALLS[name]).replace("/a", "/none"))
    for parameters in (CALLS[name], absent):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            getattr(nobody, xform_name(name))(**parameters)


@pytest.mark.parametrize("name", CALLS)
def test_one_action_on_one_resource_is_enough(name, world, as_user):
    resource = "*" if name in ON_ALL else arn("/a")
    if name in ON_SETTINGS:
        resource = f"arn:aws:ssm:us-east-1:111122223333:servicesetting{SETTING}"
    user = as_user("alice", (f"ssm:{name}", resource))
    if name in REFUSED:
        with pytest.raises(ClientError, match=REFUSED[name]):
            call(user, name)
    else:
        call(user, name)


@pytest.mark.parametrize("name", CALLS)
def test_another_action_is_not(name, world):
    others = [f"ssm:{each}" for each in CALLS if each != name]
    world.user("bob", {"Version": "2012-10-17", "Statement": [statement(others)]})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(world.client("ssm", user="bob"), name)


def test_all_of_several_parameters_must_be_allowed(world, put, as_user):
    put("/b")
    alice = as_user("alice", (["ssm:GetParameters", "ssm:DeleteParameters"], arn("/a")))
    assert alice.get_parameters(Names=["/a", "a b"])["InvalidParameters"] == ["a b"]
    for operation in (alice.get_parameters, alice.delete_parameters):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*parameter/b"):
            operation(Names=["/a", "/b"])


def test_overwriting_may_be_forbidden(world, as_user):
    alice = as_user("alice", ("ssm:PutParameter", "*", {"StringEquals": {"ssm:Overwrite": "false"}}))
    alice.put_parameter(Name="/new", Value="x", Type="String")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(alice, "PutParameter")


def test_every_error_is_one_of_the_models():
    modelled = {shape.name for shape in MODEL.error_shapes}
    raised = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.AwsError) and kind is not errors.AwsError
    }
    assert raised <= modelled


def test_other_tools_of_systems_manager_are_refused_aloud(world):
    ssm = world.client("ssm")
    for refused in (ssm.describe_instance_information, ssm.list_documents, ssm.describe_ops_items):
        with pytest.raises(ClientError, match="UnknownOperationException"):
            refused()
