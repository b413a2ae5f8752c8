import gzip
import json
from pathlib import Path

import botocore
import pytest

from vauban.aws.actions import (
    TABLES,
    actions,
    actions_of,
    condition_keys,
    operations_without_action,
    read_only,
    resource_types,
)

SERVICES = sorted(file.stem for file in TABLES.glob("*.json") if file.stem not in ("overlay", "aws"))


def operations(service):
    """The operations of botocore's newest model of ``service``."""
    name = {"elasticloadbalancing": "elbv2"}.get(service, service)
    model = max((Path(botocore.__file__).parent / "data" / name).glob("*/service-2.json.gz"))
    return json.loads(gzip.decompress(model.read_bytes()))["operations"]


def test_an_action_says_what_it_acts_on_and_what_may_condition_it():
    decrypt = actions("kms")["Decrypt"]
    assert decrypt.access_level == "Write"
    assert decrypt.resource_types == {"key": True}
    assert {"kms:ViaService", "kms:EncryptionContext:${EncryptionContextKey}"} <= set(decrypt.condition_keys)


def test_a_resource_type_says_how_its_arns_look():
    key = resource_types("kms")["key"]
    assert key.arn == "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}"
    assert "kms:ResourceAliases" in key.condition_keys


def test_condition_keys_have_types():
    assert condition_keys("kms")["kms:EncryptionContextKeys"] == "ArrayOfString"
    assert condition_keys("aws")["aws:SourceIp"] == "IPAddress"


@pytest.mark.parametrize("service", SERVICES)
def test_the_overlay_maps_only_operations_that_exist_to_actions_that_exist(service):
    overlay = json.loads((TABLES / "overlay.json").read_text()).get(service, {})
    mapped = overlay.get("operations", {})
    assert mapped.keys() | set(overlay.get("read_only", ())) <= operations(service).keys()
    assert {each for names in mapped.values() for each in names} <= actions(service).keys()


@pytest.mark.parametrize("service", SERVICES)
def test_the_overlay_repeats_nothing_that_is_published(service):
    overlay = json.loads((TABLES / "overlay.json").read_text()).get(service, {})
    published = json.loads((TABLES / f"{service}.json").read_text())
    assert not overlay.get("actions", {}).keys() & published["actions"].keys()
    for _, _, keys in overlay.get("actions", {}).values():
        assert set(keys) <= published["condition_keys"].keys()


def test_an_operation_may_need_two_actions():
    assert [each.name for each in actions_of("kms", "ReEncrypt")] == ["ReEncryptFrom", "ReEncryptTo"]


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("kms", "Decrypt", True),
        ("kms", "Sign", True),
        ("kms", "ReEncrypt", True),
        ("kms", "DescribeKey", True),
        ("kms", "CreateKey", False),
        ("kms", "RetireGrant", False),
        ("kms", "TagResource", False),
        ("sts", "AssumeRole", True),
        ("secretsmanager", "GetSecretValue", True),
        ("secretsmanager", "PutResourcePolicy", False),
        ("s3", "ListObjectsV2", True),
        ("s3", "CopyObject", False),
        ("dynamodb", "GetItem", True),
        ("dynamodb", "PutItem", False),
    ],
)
def test_read_only_is_as_cloudtrail_has_it(service, operation, expected):
    assert read_only(service, operation) is expected


def test_of_a_service_without_tables_everything_is_empty():
    assert actions("../overlay") == resource_types("overlay") == condition_keys("nosuch") == {}
    assert operations_without_action("nosuch", ["GetThing"]) == ["GetThing"]
