"""Validation, in AWS's words."""

from datetime import UTC, datetime

import pytest

from vauban.aws.models import ServiceModel, load
from vauban.aws.types import SerializationException
from vauban.aws.validation import MOST_ERRORS, validator
from vauban.kernel.errors import ValidationException


def refusal(service: str, operation: str, params: dict) -> str:
    with pytest.raises(ValidationException) as refused:
        validator(load(service).operations[operation].input)(params)
    return refused.value.message


def shape_of(members: dict, **shapes: dict):
    scalars = {"String": {"type": "string"}, "Integer": {"type": "integer"}}
    root = {"type": "structure", "members": {name: {"shape": shape} for name, shape in members.items()}}
    metadata = {"endpointPrefix": "x", "apiVersion": "1", "serviceId": "X", "protocol": "json"}
    return ServiceModel(
        "x", {"metadata": metadata, "operations": {}, "shapes": {"Root": root, **scalars, **shapes}}
    ).shape("Root")


def told(shape, params: dict) -> str:
    with pytest.raises(ValidationException) as refused:
        validator(shape)(params)
    return refused.value.message.partition(": ")[2]


def test_what_is_valid_passes():
    params = {
        "KeyId": "k",
        "Plaintext": b"x",
        "EncryptionContext": {"a": "b"},
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    assert validator(load("kms").operations["Encrypt"].input)(params) is None
    assert validator(None)({"any": 1}) is None


def test_a_string_too_short():
    assert refusal("kms", "DescribeKey", {"KeyId": ""}) == (
        "1 validation error detected: Value '' at 'keyId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


def test_a_missing_member():
    assert refusal("kms", "DescribeKey", {}) == (
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null"
    )


def test_a_null_member_is_a_missing_one():
    assert "Value null at 'keyId'" in refusal("kms", "DescribeKey", {"KeyId": None})


def test_several_errors_are_told_together():
    message = refusal("kms", "ScheduleKeyDeletion", {"KeyId": "", "PendingWindowInDays": 366})
    assert message == (
        "2 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value '366' at 'pendingWindowInDays' failed to satisfy constraint: "
        "Member must have value less than or equal to 365"
    )


def test_a_value_outside_its_set():
    assert refusal("kms", "CreateKey", {"Origin": "X"}).endswith(
        "Value 'X' at 'origin' failed to satisfy constraint: "
        "Member must satisfy enum value set: [AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE]"
    )


def test_a_string_that_does_not_fit_its_pattern():
    assert refusal("kms", "CreateAlias", {"AliasName": "alias/#", "TargetKeyId": "k"}).endswith(
        "Value 'alias/#' at 'aliasName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
    )


def test_a_member_of_a_list_has_a_path():
    message = refusal("kms", "CreateKey", {"Tags": [{"TagKey": "k", "TagValue": "v"}, {"TagKey": "", "TagValue": "v"}]})
    assert "Value '' at 'tags.2.member.tagKey' failed" in message


def test_scalars_of_a_list_are_told_of_as_one():
    message = refusal("kms", "Encrypt", {"KeyId": "k", "Plaintext": b"x", "GrantTokens": ["ok", ""]})
    assert message.endswith(
        "Value '[ok, ]' at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: "
        "[Member must have length less than or equal to 8192, Member must have length greater than or equal to 1]"
    )


def test_keys_and_values_of_a_map_are_told_of_as_one():
    shape = shape_of(
        {"Labels": "Labels"},
        Labels={"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Value"}, "max": 1},
        Key={"type": "string", "pattern": "[a-z]+"},
        Value={"type": "string", "max": 2},
    )
    assert told(shape, {"Labels": {"A": "abc"}}) == (
        "Value '{A=abc}' at 'labels' failed to satisfy constraint: "
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]; "
        "Value '{A=abc}' at 'labels' failed to satisfy constraint: "
        "Map value must satisfy constraint: [Member must have length less than or equal to 2]"
    )
    assert "Member must have length less than or equal to 1" in told(shape, {"Labels": {"a": "b", "c": "d"}})


def test_a_secret_is_never_repeated():
    message = refusal(
        "ssm", "PutParameter", {"Name": "n" * 3_000, "Value": "s3cret", "Tags": [{"Key": "", "Value": "v"}]}
    )
    assert "s3cret" not in message
    shape = shape_of(
        {"Secret": "Secret", "Secrets": "Secrets"},
        Secret={"type": "string", "max": 2, "sensitive": True},
        Secrets={"type": "list", "member": {"shape": "Secret"}},
    )
    message = told(shape, {"Secret": "s3cret", "Secrets": ["s3cret"]})
    assert message.startswith("Value at 'secret' failed to satisfy constraint")
    assert "s3cret" not in message


def test_a_blob_is_never_repeated():
    assert "Value at 'plaintext' failed" in refusal("kms", "Encrypt", {"KeyId": "k", "Plaintext": b"x" * 5_000})


def test_long_values_and_many_errors_are_cut():
    assert len(refusal("kms", "DescribeKey", {"KeyId": "k" * 1_000_000})) < 2_000
    message = refusal("kms", "CreateKey", {"Tags": [{"TagKey": "", "TagValue": "v"}] * 500})
    assert message.startswith(f"{MOST_ERRORS} validation errors")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"KeyId": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"KeyId": True}, "TRUE_VALUE can not be converted to a String"),
        ({"KeyId": []}, "Start of list found where not expected"),
        ({"KeyId": {}}, "Start of structure or map found where not expected."),
        ({"KeyId": "k", "PendingWindowInDays": "7"}, "STRING_VALUE can not be converted to an Integer"),
        ({"KeyId": "k", "PendingWindowInDays": 7.5}, "DECIMAL_VALUE can not be converted to an Integer"),
        ({"KeyId": "k", "PendingWindowInDays": True}, "TRUE_VALUE can not be converted to an Integer"),
        ({"KeyId": "k", "PendingWindowInDays": 2**31}, "A number is out of range for an Integer"),
    ],
)
def test_a_wrong_type_is_no_validation_error(params, message):
    with pytest.raises(SerializationException) as refused:
        validator(load("kms").operations["ScheduleKeyDeletion"].input)(params)
    assert refused.value.message == message


@pytest.mark.parametrize("params", [{"A": 1}, {"A": "x"}, {"A": {1: "x"}}, {"B": "x"}, {"B": {}}, {"C": "now"}])
def test_wrong_types_anywhere_are_refused(params):
    shape = shape_of(
        {"A": "Map", "B": "List", "C": "Time"},
        Map={"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}},
        List={"type": "list", "member": {"shape": "String"}},
        Time={"type": "timestamp"},
    )
    with pytest.raises(SerializationException):
        validator(shape)(params)
    assert validator(shape)({"A": {"x": "y"}, "B": ["x"], "C": datetime.now(UTC)}) is None


def test_of_a_union_exactly_one_member_is_set():
    shape = shape_of(
        {"U": "U"},
        U={"type": "structure", "union": True, "members": {"A": {"shape": "String"}, "B": {"shape": "String"}}},
    )
    validator(shape)({"U": {"A": "x"}})
    for value in ({}, {"A": "x", "B": "y"}):
        with pytest.raises(SerializationException):
            validator(shape)({"U": value})


def test_a_recursive_shape_is_checked_all_the_way_down():
    shape = shape_of(
        {"R": "Node"},
        Node={"type": "structure", "members": {"Next": {"shape": "Node"}, "N": {"shape": "N"}}},
        N={"type": "integer", "max": 3},
    )
    assert told(shape, {"R": {"Next": {"Next": {"N": 4}}}}).startswith("Value '4' at 'r.next.next.n' failed")
