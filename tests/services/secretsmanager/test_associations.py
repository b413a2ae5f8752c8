import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, allowing


@pytest.fixture
def ours(neighbours):
    return neighbours.client("secretsmanager")


@pytest.fixture
def theirs(neighbours):
    return neighbours.client("secretsmanager", account=OTHER_ACCOUNT)


@pytest.fixture
def primary(ours, neighbours):
    key = neighbours.client("kms").create_key()["KeyMetadata"]["KeyId"]
    return ours.create_secret(Name="db", SecretString="1", KmsKeyId=key)["ARN"]


@pytest.fixture
def their_key(neighbours):
    """A key that both accounts may use."""
    policy = allowing("kms:*")
    policy["Statement"]["Principal"] = {"AWS": [ACCOUNT, OTHER_ACCOUNT]}
    kms = neighbours.client("kms", account=OTHER_ACCOUNT)
    return kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]


@pytest.fixture
def replica(theirs, their_key, primary):
    return theirs.create_secret(Name="copy", KmsKeyId=their_key, CrossAccountPrimaryARN=primary)["ARN"]


def link(ours, replica, **more):
    more.setdefault("ReplicaRestriction", "NoRestriction")
    return ours.associate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica, **more)


def test_a_replica_waits_for_its_primary_and_then_follows_it(ours, theirs, primary, replica):
    told = theirs.describe_secret(SecretId="copy")
    assert told["CrossAccountPrimary"] == {"PrimarySecretARN": primary, "ReplicationStatus": "Pending"}
    with pytest.raises(theirs.exceptions.ResourceNotFoundException):
        theirs.get_secret_value(SecretId="copy")
    linked = link(ours, replica)
    assert (linked["ARN"], linked["CrossAccountReplicaARN"]) == (primary, replica)
    assert linked["ReplicationStatus"] == "InProgress"
    assert ours.describe_secret(SecretId="db")["CrossAccountReplicas"] == [
        {"ReplicaSecretARN": replica, "ReplicationStatus": "InSync"}
    ]
    assert theirs.describe_secret(SecretId="copy")["CrossAccountPrimary"]["ReplicationStatus"] == "InSync"
    assert theirs.get_secret_value(SecretId="copy")["SecretString"] == "1"
    ours.put_secret_value(SecretId="db", SecretString="2")
    assert theirs.get_secret_value(SecretId="copy")["SecretString"] == "2"
    assert theirs.get_secret_value(SecretId="copy", VersionStage="AWSPREVIOUS")["SecretString"] == "1"
    link(ours, replica)


def test_a_replica_takes_no_values_but_its_primary_s(ours, theirs, replica):
    link(ours, replica)
    for ask in (
        lambda: theirs.put_secret_value(SecretId="copy", SecretString="x"),
        lambda: theirs.rotate_secret(SecretId="copy"),
    ):
        with pytest.raises(theirs.exceptions.InvalidRequestException):
            ask()
    theirs.tag_resource(SecretId="copy", Tags=[{"Key": "a", "Value": "b"}])
    ours.put_secret_value(SecretId="db", SecretString="2")
    assert theirs.describe_secret(SecretId="copy")["Tags"] == [{"Key": "a", "Value": "b"}]


def test_the_primary_lets_a_replica_go(ours, theirs, primary, replica):
    link(ours, replica)
    with pytest.raises(ours.exceptions.InvalidParameterException):
        ours.delete_secret(SecretId="db")
    ours.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica)
    assert "CrossAccountReplicas" not in ours.describe_secret(SecretId="db")
    assert theirs.describe_secret(SecretId="copy")["CrossAccountPrimary"]["ReplicationStatus"] == "Detached"
    ours.put_secret_value(SecretId="db", SecretString="2")
    assert theirs.get_secret_value(SecretId="copy")["SecretString"] == "1"
    with pytest.raises(ours.exceptions.InvalidRequestException):
        ours.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica)
    ours.delete_secret(SecretId="db")
    theirs.stop_replication_to_replica(SecretId="copy")
    theirs.put_secret_value(SecretId="copy", SecretString="own")


def test_a_replica_becomes_a_secret_of_its_own(ours, theirs, primary, replica):
    link(ours, replica)
    with pytest.raises(theirs.exceptions.InvalidParameterException):
        theirs.delete_secret(SecretId="copy")
    assert [each["PolicyName"] for each in theirs.list_resource_policies(SecretId="copy")["ResourcePolicies"]] == [
        "CrossAccountReplication"
    ]
    policy = theirs.get_resource_policy(SecretId="copy", PolicyName="CrossAccountReplication")["ResourcePolicy"]
    assert ACCOUNT in policy
    theirs.stop_replication_to_replica(SecretId="copy")
    assert "CrossAccountPrimary" not in theirs.describe_secret(SecretId="copy")
    assert theirs.list_resource_policies(SecretId="copy")["ResourcePolicies"] == []
    (told,) = ours.describe_secret(SecretId="db")["CrossAccountReplicas"]
    assert told["ReplicationStatus"] == "Detached"
    theirs.put_secret_value(SecretId="copy", SecretString="own")
    ours.put_secret_value(SecretId="db", SecretString="2")
    assert theirs.get_secret_value(SecretId="copy")["SecretString"] == "own"
    ours.delete_secret(SecretId="db")
    theirs.delete_secret(SecretId="copy")


def test_a_secret_has_one_cross_account_replica(ours, theirs, their_key, primary, replica):
    link(ours, replica)
    second = theirs.create_secret(Name="second", KmsKeyId=their_key, CrossAccountPrimaryARN=primary)["ARN"]
    with pytest.raises(ours.exceptions.LimitExceededException):
        link(ours, second)


def test_accounts_are_of_one_organization_unless_it_does_not_matter(ours, replica, neighbours):
    with pytest.raises(ours.exceptions.InvalidRequestException, match="organization"):
        ours.associate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica)
    organizations = neighbours.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    shake = organizations.invite_account_to_organization(Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"})["Handshake"]
    neighbours.client("organizations", account=OTHER_ACCOUNT).accept_handshake(HandshakeId=shake["Id"])
    ours.associate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica, ReplicaRestriction="SameOrg")


def test_only_what_was_made_for_it_is_linked(ours, theirs, their_key, primary):
    alone = theirs.create_secret(Name="alone", SecretString="1", KmsKeyId=their_key)["ARN"]
    policy = allowing("secretsmanager:*")
    policy["Statement"]["Principal"] = {"AWS": ACCOUNT}
    theirs.put_resource_policy(SecretId="alone", ResourcePolicy=json.dumps(policy))
    with pytest.raises(ours.exceptions.InvalidRequestException, match="was not created as a replica"):
        link(ours, alone)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        link(ours, alone.replace("alone", "nothing"))
    own = ours.create_secret(Name="own", SecretString="1")["ARN"]
    with pytest.raises(ours.exceptions.InvalidParameterException):
        link(ours, own)


def test_the_key_of_the_replica_must_let_the_primary_s_account_in(ours, theirs, primary, neighbours):
    kms = neighbours.client("kms", account=OTHER_ACCOUNT)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    replica = theirs.create_secret(Name="copy", KmsKeyId=key, CrossAccountPrimaryARN=primary)["ARN"]
    link(ours, replica)
    (told,) = ours.describe_secret(SecretId="db")["CrossAccountReplicas"]
    assert (told["ReplicationStatus"], told["StatusMessage"]) == ("Failed", "Access to KMS is not allowed")


def test_a_replica_is_made_as_it_must_be(theirs, their_key, primary):
    good = {"Name": "copy", "KmsKeyId": their_key, "CrossAccountPrimaryARN": primary}
    for change in (
        {"SecretString": "1"},
        {"SecretBinary": b"1"},
        {"Description": "d"},
        {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
        {"KmsKeyId": ""},
        {"CrossAccountPrimaryARN": primary.replace(ACCOUNT, OTHER_ACCOUNT)},
        {"CrossAccountPrimaryARN": primary.replace("us-east-1", "eu-west-1")},
        {"CrossAccountPrimaryARN": "this-is-no-arn-at-all"},
    ):
        with pytest.raises(theirs.exceptions.InvalidParameterException):
            theirs.create_secret(**{**good, **change})
    theirs.create_secret(**good)


def test_linking_needs_a_policy_on_both_sides(neighbours, ours, theirs, primary, replica):
    neighbours.user("nobody")
    neighbours.user("half", allowing("secretsmanager:AssociateCrossAccountReplica"))
    for name in ("nobody", "half"):
        client = neighbours.client("secretsmanager", user=name)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            link(client, replica)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=replica)
    neighbours.user("stopper", allowing("secretsmanager:StopReplicationToReplica"), account=OTHER_ACCOUNT)
    stopper = neighbours.client("secretsmanager", account=OTHER_ACCOUNT, user="stopper")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*DeleteResourcePolicy"):
        stopper.stop_replication_to_replica(SecretId="copy")


def test_a_role_to_replicate_with_is_refused_aloud(ours, replica):
    with pytest.raises(ClientError, match="ReplicationRoleARN is not supported"):
        link(ours, replica, ReplicationRoleARN=f"arn:aws:iam::{ACCOUNT}:role/replicator")
