"""Declarations against AWS's model and documentation."""

import inspect
from pathlib import Path

import botocore.session
import pytest

from vauban.services.kms import SERVICE, errors
from vauban.services.kms.resolvers import KeyResolver
from vauban.services.kms.retirement import GrantResolver

MODEL = botocore.session.get_session().get_service_model("kms")
DOCUMENTED = Path(__file__).parents[2] / "vectors" / "kms" / "cross_account_use.txt"
CROSS_ACCOUNT = {line for line in DOCUMENTED.read_text().split("\n") if line and not line.startswith("#")}


def test_every_operation_of_the_model_is_declared():
    assert set(SERVICE.operations) == set(MODEL.operation_names)


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
