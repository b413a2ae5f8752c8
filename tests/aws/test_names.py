"""Names in Python's spelling."""

import botocore
import pytest

from vauban.aws.models import load
from vauban.aws.names import camel_case, snake_case


@pytest.mark.parametrize("service", ["kms", "ssm", "secretsmanager", "s3", "iam", "wafv2", "ec2"])
def test_every_member_and_operation_is_spelled_as_boto3_spells_it(service):
    model = load(service)
    names = {name for shape in model.definitions.values() for name in shape.get("members", {})} | set(model.operations)
    assert len(names) > 50
    assert {name: snake_case(name) for name in names} == {name: botocore.xform_name(name) for name in names}


def test_an_acronym_is_one_word():
    assert snake_case("TLSPolicyARNs") == "tls_policy_arns"
    assert snake_case("KMSKeyId") == "kms_key_id"


def test_a_member_on_the_trail_begins_small():
    assert camel_case("KeyId") == "keyId"
    assert camel_case("") == ""
