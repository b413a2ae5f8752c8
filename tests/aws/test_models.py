"""Service models, read from botocore's data without botocore."""

import subprocess
import sys

import botocore.loaders
import botocore.model
import pytest

from vauban.aws import disk, models, sources
from vauban.aws.models import load


@pytest.fixture
def cache_home(tmp_path, monkeypatch):
    """An empty cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    disk.cache_directory.cache_clear()
    load.cache_clear()
    yield tmp_path
    disk.cache_directory.cache_clear()
    load.cache_clear()


def kept_files(cache_home) -> list:
    return sorted(path for path in cache_home.rglob("*") if path.is_file())


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


def test_a_model_is_kept_for_its_owner_alone(cache_home):
    load("kms")
    (path,) = kept_files(cache_home)
    assert path.name == "kms.model"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_kept_model_is_read_instead_of_botocores(cache_home, monkeypatch):
    load("kms")
    load.cache_clear()
    monkeypatch.setattr(sources, "document", lambda *_: pytest.fail("botocore's data was read again"))
    assert "Encrypt" in load("kms").operations


@pytest.mark.parametrize("damage", [b"", b"\x00" * 200, None])
def test_a_damaged_copy_is_not_used(cache_home, damage):
    load("kms")
    (path,) = kept_files(cache_home)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damage is None else damage)
    load.cache_clear()
    assert "Encrypt" in load("kms").operations
    assert path.read_bytes() == content


def test_a_copy_that_others_could_have_written_is_not_used(cache_home, monkeypatch):
    load("kms")
    (path,) = kept_files(cache_home)
    path.chmod(0o666)
    assert disk.read("kms.model") is None


def test_without_a_place_to_keep_it_a_model_is_still_read(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    disk.cache_directory.cache_clear()
    load.cache_clear()
    assert "Encrypt" in load("kms").operations
    disk.cache_directory.cache_clear()


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
    assert (
        "name" in load("apigateway").shape("DocumentationPart").members
        or "id" in load("apigateway").shape("DocumentationPart").members
    )
