"""Declarations against AWS's model and documentation."""

import inspect
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from vauban.services.kms import SERVICE, errors
from vauban.services.kms.resolvers import KeyResolver
from vauban.services.kms.retirement import GrantResolver

MODEL = botocore.session.get_session().get_service_model("kms")
DOCUMENTED = Path(__file__).parents[2] / "vectors" / "kms" / "cross_account_use.txt"
CROSS_ACCOUNT = {line for line in DOCUMENTED.read_text().split("\n") if line and not line.startswith("#")}
LATER = {
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "Decapsulate",
    "DeleteCustomKeyStore",
    "DeleteImportedKeyMaterial",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "Encapsulate",
    "GetKeyLastUsage",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "ReplicateKey",
    "UpdateCustomKeyStore",
    "UpdatePrimaryRegion",
}


def members_of(name: str) -> set[str]:
    shape = MODEL.operation_model(name).input_shape
    return set(shape.members) if shape else set()


def test_every_operation_of_the_model_is_declared_or_known_to_come_later():
    assert set(SERVICE.operations) | LATER == set(MODEL.operation_names)
    assert not set(SERVICE.operations) & LATER


@pytest.mark.parametrize("name", SERVICE.operations)
def test_every_member_is_taken_resolved_or_refused(name):
    declared = SERVICE.operations[name]
    resolved = {member for resolver in declared.on for member in resolver.members}
    taken = {member for member in members_of(name) if xform_name(member) in declared.parameters}
    assert members_of(name) == taken | resolved | set(declared.unsupported)


@pytest.mark.parametrize("name", SERVICE.operations)
def test_nothing_is_declared_that_the_model_does_not_have(name):
    declared = SERVICE.operations[name]
    resolved = {member for resolver in declared.on for member in resolver.members}
    assert resolved | set(declared.unsupported) <= members_of(name)
    assert set(declared.parameters) <= {xform_name(member) for member in members_of(name)}


@pytest.mark.parametrize("name", SERVICE.operations)
def test_a_member_that_may_be_left_out_has_a_default(name):
    declared = SERVICE.operations[name]
    shape = MODEL.operation_model(name).input_shape
    required = {xform_name(member) for member in shape.required_members} if shape else set()
    parameters = inspect.signature(declared.handler).parameters
    for parameter in declared.parameters:
        assert (parameters[parameter].default is inspect.Parameter.empty) == (parameter in required)


@pytest.mark.parametrize("name", SERVICE.operations)
def test_exactly_the_documented_operations_reach_into_other_accounts(name):
    resolvers = SERVICE.operations[name].on
    foreign = any(
        isinstance(resolver, GrantResolver) or (isinstance(resolver, KeyResolver) and resolver.foreign)
        for resolver in resolvers
    )
    assert foreign == (name in CROSS_ACCOUNT)


def test_every_error_is_one_of_the_models():
    modelled = {shape.name for shape in MODEL.error_shapes}
    raised = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.AwsError) and kind is not errors.AwsError
    }
    assert raised <= modelled
