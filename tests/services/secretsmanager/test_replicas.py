import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, allowing
from .rotation_functions import ARN, install

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
NOT_ON_A_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region"


@pytest.fixture
def eu(vauban):
    return vauban.client("secretsmanager", region="eu-west-1")


@pytest.fixture
def replicated(secrets):
    """A secret of us-east-1 with a replica in eu-west-1."""
    return secrets.create_secret(Name="db", SecretString="1", AddReplicaRegions=[{"Region": "eu-west-1"}])


def status(secrets, secret_id="db"):
    return secrets.describe_secret(SecretId=secret_id).get("ReplicationStatus")


def test_a_secret_is_made_in_several_regions(vauban, secrets, eu):
    made = secrets.create_secret(
        Name="db",
        SecretString="1",
        Description="d",
        Tags=[{"Key": "a", "Value": "b"}],
        AddReplicaRegions=[{"Region": "eu-west-1"}, {"Region": "ap-south-1"}],
    )
    assert made["ReplicationStatus"] == [
        {"Region": "eu-west-1", "Status": "InProgress"},
        {"Region": "ap-south-1", "Status": "InProgress"},
    ]
    assert status(secrets) == [
        {"Region": "eu-west-1", "Status": "InSync"},
        {"Region": "ap-south-1", "Status": "InSync"},
    ]
    told = eu.describe_secret(SecretId="db")
    assert told["ARN"] == made["ARN"].replace("us-east-1", "eu-west-1")
    assert told["PrimaryRegion"] == "us-east-1"
    assert (told["Description"], told["Tags"]) == ("d", [{"Key": "a", "Value": "b"}])
    assert told["VersionIdsToStages"] == {made["VersionId"]: [CURRENT]}
    assert secrets.describe_secret(SecretId="db")["PrimaryRegion"] == "us-east-1"
    got = eu.get_secret_value(SecretId=told["ARN"])
    assert (got["SecretString"], got["VersionId"]) == ("1", made["VersionId"])
    assert len(eu.list_secrets()["SecretList"]) == 1
    filters = [{"Key": "primary-region", "Values": ["us-"]}]
    assert len(eu.list_secrets(Filters=filters)["SecretList"]) == 1


def test_all_that_changes_at_the_primary_changes_at_the_replica(secrets, eu, replicated):
    second = secrets.put_secret_value(SecretId="db", SecretBinary=b"\0\1")["VersionId"]
    assert eu.get_secret_value(SecretId="db")["SecretBinary"] == b"\0\1"
    assert eu.get_secret_value(SecretId="db", VersionStage=PREVIOUS)["SecretString"] == "1"
    secrets.update_secret_version_stage(
        SecretId="db", VersionStage=CURRENT, MoveToVersionId=replicated["VersionId"], RemoveFromVersionId=second
    )
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "1"
    secrets.update_secret(SecretId="db", Description="new", SecretString="3")
    secrets.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
    policy = json.dumps({**allowing("secretsmanager:*"), "Statement": [
        {**allowing("secretsmanager:*")["Statement"], "Principal": {"AWS": ACCOUNT}}
    ]})  # fmt: skip
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy)
    told = eu.describe_secret(SecretId="db")
    assert told["Description"] == "new"
    assert told["Tags"] == [{"Key": "a", "Value": "b"}]
    assert eu.get_resource_policy(SecretId="db")["ResourcePolicy"] == policy
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "3"
    secrets.untag_resource(SecretId="db", TagKeys=["a"])
    secrets.delete_resource_policy(SecretId="db")
    assert "Tags" not in eu.describe_secret(SecretId="db")
    assert "ResourcePolicy" not in eu.get_resource_policy(SecretId="db")


def test_versions_in_use_go_along_and_others_once_they_are_labelled(secrets, eu):
    first = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    secrets.put_secret_value(SecretId="db", SecretString="2")
    secrets.put_secret_value(SecretId="db", SecretString="3")
    secrets.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "3"
    assert eu.get_secret_value(SecretId="db", VersionStage=PREVIOUS)["SecretString"] == "2"
    with pytest.raises(eu.exceptions.ResourceNotFoundException):
        eu.get_secret_value(SecretId="db", VersionId=first)
    secrets.update_secret_version_stage(SecretId="db", VersionStage="mine", MoveToVersionId=first)
    assert eu.get_secret_value(SecretId="db", VersionStage="mine")["SecretString"] == "1"
    listed = eu.list_secret_version_ids(SecretId="db")["Versions"]
    assert listed[0]["VersionId"] == first


def test_a_replica_is_under_a_key_of_its_own_region(vauban, secrets, eu):
    here, there = vauban.client("kms"), vauban.client("kms", region="eu-west-1")
    own, other = here.create_key()["KeyMetadata"]["KeyId"], there.create_key()["KeyMetadata"]["KeyId"]
    regions = [{"Region": "eu-west-1", "KmsKeyId": other}]
    secrets.create_secret(Name="db", SecretString="1", KmsKeyId=own, AddReplicaRegions=regions)
    assert status(secrets) == [{"Region": "eu-west-1", "KmsKeyId": other, "Status": "InSync"}]
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == other
    here.disable_key(KeyId=own)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "1"
    there.disable_key(KeyId=other)
    with pytest.raises(eu.exceptions.DecryptionFailure):
        eu.get_secret_value(SecretId="db")


def test_a_replica_s_key_is_all_that_can_be_changed_there(vauban, secrets, eu, replicated):
    key = vauban.client("kms", region="eu-west-1").create_key()["KeyMetadata"]["KeyId"]
    eu.update_secret(SecretId="db", KmsKeyId=key)
    assert eu.describe_secret(SecretId="db")["KmsKeyId"] == key
    secrets.put_secret_value(SecretId="db", SecretString="2")
    assert status(secrets) == [{"Region": "eu-west-1", "KmsKeyId": key, "Status": "InSync"}]
    assert [each["KmsKeyIds"] for each in eu.list_secret_version_ids(SecretId="db")["Versions"]] == [[key], [key]]
    version_id = replicated["VersionId"]
    for ask in (
        lambda: eu.put_secret_value(SecretId="db", SecretString="2"),
        lambda: eu.update_secret(SecretId="db", SecretString="2"),
        lambda: eu.update_secret(SecretId="db", Description="2"),
        lambda: eu.update_secret_version_stage(SecretId="db", VersionStage="x", MoveToVersionId=version_id),
        lambda: eu.tag_resource(SecretId="db", Tags=[]),
        lambda: eu.untag_resource(SecretId="db", TagKeys=["a"]),
        lambda: eu.put_resource_policy(SecretId="db", ResourcePolicy="{}"),
        lambda: eu.delete_resource_policy(SecretId="db"),
        lambda: eu.delete_secret(SecretId="db"),
        lambda: eu.restore_secret(SecretId="db"),
        lambda: eu.rotate_secret(SecretId="db"),
        lambda: eu.cancel_rotate_secret(SecretId="db"),
        lambda: eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-2"}]),
        lambda: eu.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-2"]),
    ):
        with pytest.raises(eu.exceptions.InvalidParameterException, match=NOT_ON_A_REPLICA):
            ask()


def test_a_name_that_is_taken_there_is_told_and_left_alone_unless_forced(secrets, eu):
    eu.create_secret(Name="db", SecretString="theirs")
    secrets.create_secret(Name="db", SecretString="1", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert status(secrets) == [
        {
            "Region": "eu-west-1",
            "Status": "Failed",
            "StatusMessage": "Secret with this name already exists in this region",
        }
    ]
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "theirs"
    secrets.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}], ForceOverwriteReplicaSecret=True
    )
    assert status(secrets) == [{"Region": "eu-west-1", "Status": "InSync"}]
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "1"
    assert len(eu.list_secrets()["SecretList"]) == 1


def test_who_may_not_use_the_key_there_is_told_so(vauban, secrets, eu):
    there = vauban.client("kms", region="eu-west-1")
    key = there.create_key()["KeyMetadata"]["Arn"]
    vauban.user("writer", allowing("secretsmanager:*"))
    writer = vauban.client("secretsmanager", user="writer")
    regions = [{"Region": "eu-west-1", "KmsKeyId": key}]
    writer.create_secret(Name="db", SecretString="1", AddReplicaRegions=regions)
    (told,) = status(secrets)
    assert (told["Status"], told["StatusMessage"]) == ("Failed", "Access to KMS is not allowed")
    with pytest.raises(eu.exceptions.ResourceNotFoundException):
        eu.describe_secret(SecretId="db")
    secrets.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=regions)
    assert status(secrets)[0]["Status"] == "InSync"
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "1"


def test_a_replica_is_removed_from_its_primary(secrets, eu, replicated):
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-2"])
    words = rf"You can't delete secret {replicated['ARN']} that still has replica regions \[eu-west-1\]"
    for force in ({}, {"ForceDeleteWithoutRecovery": True}):
        with pytest.raises(secrets.exceptions.InvalidParameterException, match=words):
            secrets.delete_secret(SecretId="db", **force)
    told = secrets.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"])
    assert told["ReplicationStatus"] == []
    with pytest.raises(eu.exceptions.ResourceNotFoundException):
        eu.describe_secret(SecretId="db")
    assert eu.list_secrets()["SecretList"] == []
    assert status(secrets) is None
    secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_a_replica_becomes_a_secret_of_its_own(secrets, eu, replicated):
    arn = replicated["ARN"].replace("us-east-1", "eu-west-1")
    assert eu.stop_replication_to_replica(SecretId="db")["ARN"] == arn
    assert status(secrets) is None
    assert "PrimaryRegion" not in eu.describe_secret(SecretId="db")
    eu.put_secret_value(SecretId="db", SecretString="eu")
    secrets.put_secret_value(SecretId="db", SecretString="us")
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "eu"
    with pytest.raises(eu.exceptions.InvalidRequestException):
        eu.stop_replication_to_replica(SecretId="db")
    secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert eu.get_secret_value(SecretId=arn)["SecretString"] == "eu"
    eu.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "us-east-1"}])
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "eu"


@pytest.mark.parametrize(
    "regions", [[{"Region": "us-east-1"}], [{"Region": "eu-west-1"}, {"Region": "eu-west-1"}], [{"KmsKeyId": "x"}]]
)
def test_regions_that_cannot_be_are_refused(regions, secrets):
    secrets.create_secret(Name="db", SecretString="1")
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=regions)


def test_rotation_is_the_primary_s_and_its_outcome_the_replica_s_too(vauban, secrets, eu, replicated):
    def rotate(event):
        asked = {"SecretId": event["SecretId"], "ClientRequestToken": event["ClientRequestToken"]}
        if event["Step"] == "createSecret":
            secrets.put_secret_value(**asked, SecretString="rotated", VersionStages=[PENDING])
        if event["Step"] == "finishSecret":
            secrets.update_secret_version_stage(
                SecretId="db",
                VersionStage=CURRENT,
                MoveToVersionId=event["ClientRequestToken"],
                RemoveFromVersionId=replicated["VersionId"],
            )

    install(vauban, rotate)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 5})
    vauban.advance(seconds=1)
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "rotated"
    told = eu.describe_secret(SecretId="db")
    assert told["RotationEnabled"] is True
    assert told["RotationRules"] == {"AutomaticallyAfterDays": 5}
    assert told["LastRotatedDate"] == secrets.describe_secret(SecretId="db")["LastRotatedDate"]


def test_replication_is_on_the_trail(vauban, replicated):
    events = {each["eventName"]: each["awsRegion"] for each in vauban.trail()}
    assert events["ReplicationSucceeded"] == "eu-west-1"


def test_no_value_is_on_the_trail(vauban, secrets, replicated):
    secrets.put_secret_value(SecretId="db", SecretString="canary-canary")
    assert "canary" not in str(vauban.trail())


def test_replication_needs_a_policy(vauban, secrets, eu, a_user):
    secrets.create_secret(Name="db", SecretString="1")
    regions = [{"Region": "eu-west-1"}]
    creator = a_user("creator", "secretsmanager:CreateSecret")
    nobody = a_user("nobody")
    for ask in (
        lambda: creator.create_secret(Name="x", SecretString="1", AddReplicaRegions=regions),
        lambda: nobody.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=regions),
        lambda: nobody.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=["eu-west-1"]),
        lambda: nobody.stop_replication_to_replica(SecretId="db"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()
    condition = {"ForAllValues:StringEquals": {"secretsmanager:AddReplicaRegions": ["eu-west-1"]}}
    local = a_user("local", "secretsmanager:*", **condition)
    local.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=regions)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        local.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "us-west-2"}])
