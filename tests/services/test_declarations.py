"""Every operation of every service, as declared, against AWS's model."""

import inspect

import botocore.session
import pytest
from botocore import xform_name

from vauban.aws.actions import operations_without_action
from vauban.discovery import Services

SERVICES = Services()
OPERATIONS = [(service, name) for service in SERVICES for name in SERVICES[service].operations]
SESSION = botocore.session.get_session()


def input_of(service: str, name: str) -> tuple[set[str], set[str]]:
    """All members, and those that are required."""
    shape = SESSION.get_service_model(service).operation_model(name).input_shape
    return (set(shape.members), set(shape.required_members)) if shape else (set(), set())


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_every_member_is_taken_resolved_or_refused_and_nothing_else_is(service, name):
    declared = SERVICES[service].operations[name]
    members, _ = input_of(service, name)
    resolved = {member for resolver in declared.on for member in resolver.members}
    taken = {member for member in members if xform_name(member) in declared.parameters}
    assert members == taken | resolved | set(declared.unsupported)
    assert set(declared.parameters) <= {xform_name(member) for member in members}


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_exactly_the_members_that_may_be_left_out_have_a_default(service, name):
    declared = SERVICES[service].operations[name]
    required = {xform_name(member) for member in input_of(service, name)[1]}
    parameters = inspect.signature(declared.handler).parameters
    for parameter in declared.parameters:
        assert (parameters[parameter].default is inspect.Parameter.empty) == (parameter in required)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_an_action_that_policies_can_name(service):
    signing_name = SESSION.get_service_model(service).signing_name
    assert operations_without_action(signing_name, SERVICES[service].operations) == []
