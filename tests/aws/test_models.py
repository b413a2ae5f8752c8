"""Service models, read from botocore's data without botocore."""

import subprocess
import sys

import botocore.loaders
import botocore.model
import pytest

from vauban.aws import models, sources
from vauban.aws.models import load


def test_kms_says_of_itself_what_aws_says():
    kms = load("kms")
    assert (kms.name, kms.signing_name, kms.service_id, kms.endpoint_prefix) == ("kms", "kms", "KMS", "kms")
    assert (kms.api_version, kms.protocols, kms.json_version) == ("2014-11-01", ("json",), "1.1")
    assert kms.target_prefix == "TrentService"
    assert len(kms.operations) > 50


def test_an_operation_has_its_shapes_and_its_errors():
    encrypt = load("kms").operations["Encrypt"]
    assert encrypt.input.required == ("KeyId", "Plaintext")
    assert encrypt.input.members["Plaintext"].sensitive
    assert encrypt.input.members["KeyId"].max == 2048
    assert encrypt.output.members["CiphertextBlob"].type == "blob"
    assert encrypt.errors["NotFoundException"].status is None
    assert encrypt.errors["KMSInternalException"].sender_fault is False


def test_an_error_is_known_by_its_code_and_by_its_shape():
    errors = load("iam").operations["GetUser"].errors
    assert errors["NoSuchEntity"] is errors["NoSuchEntityException"]
    assert (errors["NoSuchEntity"].code, errors["NoSuchEntity"].status) == ("NoSuchEntity", 404)


def test_every_protocol_of_a_service_is_listed():
    assert load("shield").protocols == ("smithy-rpc-v2-cbor", "json")


def test_a_recursive_shape_links_to_itself():
    statement = load("wafv2").shape("Statement")
    assert statement.members["NotStatement"].members["Statement"].members is statement.members


def test_a_reference_lends_its_traits():
    bucket = load("s3").operations["GetObject"].input.members["Bucket"]
    assert (bucket.location, bucket.location_name) == ("uri", "Bucket")
    assert load("s3").shape("BucketName").location is None


def test_a_service_that_is_none_is_refused():
    for name in ("nothing", "../kms", "", "endpoints.json"):
        with pytest.raises(LookupError):
            load(name)


@pytest.mark.parametrize("service", ["kms", "s3", "ec2", "wafv2"])
def test_shapes_agree_with_botocores_reading_of_them(service):
    ours, theirs = (
        load(service),
        botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(service, "service-2")),
    )
    assert sorted(ours.operations) == sorted(theirs.operation_names)
    for name, operation in ours.operations.items():
        reference = theirs.operation_model(name)
        for shape, other in ((operation.input, reference.input_shape), (operation.output, reference.output_shape)):
            assert (shape is None) == (other is None)
            assert_same(shape, other, 0)


def assert_same(shape, other, depth):
    if shape is None or depth > 4:
        return
    assert (shape.name, shape.type) == (other.name, other.type_name)
    assert shape.location_name == other.serialization.get("name")
    assert shape.location == other.serialization.get("location")
    if shape.type == "structure":
        assert list(shape.members) == list(other.members)
        for name, member in shape.members.items():
            assert_same(member, other.members[name], depth + 1)
    if shape.type == "list":
        assert_same(shape.member, other.member, depth + 1)


def test_botocore_is_read_and_never_imported():
    program = (
        "import sys; from vauban.aws.models import load; from vauban.aws.catalog import catalog;"
        "load('kms').operations['Encrypt'].input.members; catalog();"
        "sys.exit(any(name.split('.')[0] in ('botocore', 'boto3') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_documentation_is_pruned_but_members_so_named_are_not():
    for service in ("kms", "apigateway"):
        model = models.ServiceModel(service, sources.pruned_model(sources.document(service, "service-2")))
        assert not any("documentation" in shape for shape in model.definitions.values())
    assert "documentation" not in str(load("kms").definitions["EncryptRequest"])


def test_a_member_called_documentation_is_kept():
    pruned = sources.pruned_shape(
        {"type": "structure", "members": {"documentation": {"shape": "S", "documentation": "x"}}}
    )
    assert pruned == {"type": "structure", "members": {"documentation": {"shape": "S"}}}
