"""Forms, by shape."""

import pytest

from vauban.aws.models import load
from vauban.aws.types import SerializationException
from vauban.wire import query


def params(service: str, operation: str, **form: str) -> dict:
    shape = load(service).operations[operation].input
    return query.Readers(ec2=service == "ec2").compiled(shape)(query.tree(form))


def test_a_list_is_numbered():
    form = {"Tags.member.2.Key": "b", "Tags.member.1.Key": "a", "Tags.member.10.Key": "c"}
    assert params("iam", "CreateUser", **form) == {"Tags": [{"Key": "a"}, {"Key": "b"}, {"Key": "c"}]}


def test_an_empty_list_is_said_by_an_empty_value():
    assert params("iam", "CreateUser", Tags="") == {"Tags": []}


def test_ec2_numbers_without_a_word_between():
    form = {"InstanceId.1": "i-1", "InstanceId.2": "i-2", "DryRun": "true"}
    assert params("ec2", "DescribeInstances", **form) == {"InstanceIds": ["i-1", "i-2"], "DryRun": True}


def test_fields_of_no_member_are_left_out():
    assert params("iam", "GetUser", Action="GetUser", Version="2010-05-08", UserName="u", Other="x") == {
        "UserName": "u"
    }


@pytest.mark.parametrize(
    "form",
    [
        {"Tags.member.x.Key": "a"},
        {"Tags.member.-1.Key": "a"},
        {"Tags.member.١.Key": "a"},
        {"Tags.member." + "9" * 40 + ".Key": "a"},
        {"UserName.x": "a"},
        {".".join("a" * 200): "a"},
    ],
)
def test_a_form_of_another_shape_is_refused(form):
    with pytest.raises(SerializationException):
        params("iam", "CreateUser", **form)
