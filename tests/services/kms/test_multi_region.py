"""Multi-Region keys: one id and one material in several Regions, and a life of its own in each."""

import json
import os

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
HOME, AWAY, THIRD = "us-east-1", "eu-west-1", "ap-southeast-2"
SPECS = {
    "SYMMETRIC_DEFAULT": "ENCRYPT_DECRYPT",
    "RSA_2048": "SIGN_VERIFY",
    "ECC_NIST_P256": "SIGN_VERIFY",
    "ECC_NIST_EDWARDS25519": "SIGN_VERIFY",
    "HMAC_256": "GENERATE_VERIFY_MAC",
    "ML_DSA_44": "SIGN_VERIFY",
    "ML_KEM_768": "ENCAPSULATE_DECAPSULATE",
}


@pytest.fixture
def away(vauban):
    return vauban.client("kms", region=AWAY)


@pytest.fixture
def third(vauban):
    return vauban.client("kms", region=THIRD)


@pytest.fixture
def primary(kms):
    """The id of a multi-Region key without replicas."""
    return create(kms)["KeyId"]


@pytest.fixture
def related(kms, primary):
    """The id of a multi-Region key with one replica."""
    kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)
    return primary


def create(kms, **parameters):
    return kms.create_key(MultiRegion=True, **parameters)["KeyMetadata"]


def described(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def state(kms, key_id):
    return described(kms, key_id)["KeyState"]


def arn(region, key_id):
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}"


def refused(call, **parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"]


def names(vauban, region):
    return [each["eventName"] for each in vauban.trail() if each["awsRegion"] == region]


def test_a_multi_region_key_is_its_own_primary_key(kms):
    metadata = create(kms)
    key_id = metadata["KeyId"]
    assert key_id.startswith("mrk-")
    assert len(key_id) == 36
    assert metadata["MultiRegion"] is True
    assert metadata["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": arn(HOME, key_id), "Region": HOME},
        "ReplicaKeys": [],
    }
    assert described(kms, key_id) == metadata


def test_a_replica_is_told_of_as_being_created_and_is_there(kms, away, primary):
    made = kms.replicate_key(
        KeyId=primary, ReplicaRegion=AWAY, Description="over there", Tags=[{"TagKey": "a", "TagValue": "b"}]
    )
    told = made["ReplicaKeyMetadata"]
    assert (told["KeyState"], told["Enabled"]) == ("Creating", False)
    assert told["Arn"] == arn(AWAY, primary)
    assert made["ReplicaTags"] == away.list_resource_tags(KeyId=primary)["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert made["ReplicaPolicy"] == away.get_key_policy(KeyId=primary)["Policy"]
    there = described(away, primary)
    assert (there["KeyState"], there["Description"]) == ("Enabled", "over there")
    assert there["MultiRegionConfiguration"] == told["MultiRegionConfiguration"]
    assert told["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert told["MultiRegionConfiguration"]["ReplicaKeys"] == [{"Arn": arn(AWAY, primary), "Region": AWAY}]
    assert described(kms, primary)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


def test_all_related_keys_know_of_each_other(kms, away, third, related):
    kms.replicate_key(KeyId=related, ReplicaRegion=THIRD)
    known = [described(client, related)["MultiRegionConfiguration"] for client in (kms, away, third)]
    assert [each["MultiRegionKeyType"] for each in known] == ["PRIMARY", "REPLICA", "REPLICA"]
    for each in known:
        assert each["PrimaryKey"]["Region"] == HOME
        assert [replica["Region"] for replica in each["ReplicaKeys"]] == [THIRD, AWAY]


def test_what_one_encrypts_the_other_decrypts_as_it_is(kms, away, related):
    for here, there in ((kms, away), (away, kms)):
        blob = here.encrypt(KeyId=related, Plaintext=b"hello", EncryptionContext={"a": "b"})["CiphertextBlob"]
        opened = there.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})
        assert opened["Plaintext"] == b"hello"
        assert opened["KeyId"] == arn(there.meta.region_name, related)
        assert there.decrypt(CiphertextBlob=blob, KeyId=related, EncryptionContext={"a": "b"})["Plaintext"] == b"hello"


def test_another_regions_arn_names_no_key_here(away, related):
    assert refused(away.encrypt, KeyId=arn(HOME, related), Plaintext=b"x") == "NotFoundException"


@pytest.mark.parametrize(("spec", "usage"), SPECS.items())
def test_keys_of_every_kind_have_replicas_that_do_the_same(spec, usage, kms, away):
    key_id = create(kms, KeySpec=spec, KeyUsage=usage)["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
    there = described(away, key_id)
    assert (there["KeySpec"], there["KeyUsage"], there["KeyState"]) == (spec, usage, "Enabled")
    if usage == "SIGN_VERIFY":
        algorithm = there["SigningAlgorithms"][0]
        signature = away.sign(KeyId=key_id, Message=b"m", SigningAlgorithm=algorithm)["Signature"]
        assert kms.verify(KeyId=key_id, Message=b"m", SigningAlgorithm=algorithm, Signature=signature)["SignatureValid"]
    if usage == "GENERATE_VERIFY_MAC":
        mac = away.generate_mac(KeyId=key_id, Message=b"m", MacAlgorithm="HMAC_SHA_256")["Mac"]
        assert kms.verify_mac(KeyId=key_id, Message=b"m", MacAlgorithm="HMAC_SHA_256", Mac=mac)["MacValid"]
    if usage not in ("ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC"):
        keys = [client.get_public_key(KeyId=key_id)["PublicKey"] for client in (kms, away)]
        assert keys[0] == keys[1]


def test_each_has_its_own_policy_aliases_grants_tags_description_and_state(vauban, kms, away, related):
    grantee = vauban.user("alice")
    away.create_alias(AliasName="alias/there", TargetKeyId=related)
    away.tag_resource(KeyId=related, Tags=[{"TagKey": "a", "TagValue": "b"}])
    away.update_key_description(KeyId=related, Description="there")
    away.create_grant(KeyId=related, GranteePrincipal=grantee, Operations=["Decrypt"])
    policy = json.loads(away.get_key_policy(KeyId=related)["Policy"]) | {"Id": "there"}
    away.put_key_policy(KeyId=related, Policy=json.dumps(policy))
    away.disable_key(KeyId=related)
    assert kms.list_aliases(KeyId=related)["Aliases"] == []
    assert kms.list_resource_tags(KeyId=related)["Tags"] == []
    assert kms.list_grants(KeyId=related)["Grants"] == []
    assert "there" not in kms.get_key_policy(KeyId=related)["Policy"]
    assert (state(kms, related), described(kms, related)["Description"]) == ("Enabled", "")
    assert refused(away.encrypt, KeyId=related, Plaintext=b"x") == "DisabledException"
    kms.encrypt(KeyId=related, Plaintext=b"x")


def test_the_trail_has_the_replication_here_and_the_creation_there(vauban, related):
    assert "ReplicateKey" in names(vauban, HOME)
    made = [each for each in vauban.trail() if each["awsRegion"] == AWAY and each["eventName"] == "CreateKey"]
    assert [each["resources"][0]["ARN"] for each in made] == [arn(AWAY, related)]


def test_what_is_there_already_is_not_made_again(kms, related):
    assert refused(kms.replicate_key, KeyId=related, ReplicaRegion=AWAY) == "AlreadyExistsException"
    assert refused(kms.replicate_key, KeyId=related, ReplicaRegion=HOME) == "AlreadyExistsException"


def test_only_a_primary_key_is_replicated(kms, away, related, key_id):
    assert refused(away.replicate_key, KeyId=related, ReplicaRegion=THIRD) == "UnsupportedOperationException"
    assert refused(kms.replicate_key, KeyId=key_id, ReplicaRegion=AWAY) == "UnsupportedOperationException"
    assert refused(kms.replicate_key, KeyId=f"mrk-{'0' * 32}", ReplicaRegion=AWAY) == "NotFoundException"


def test_a_key_that_is_no_use_now_is_not_replicated(kms, primary):
    kms.disable_key(KeyId=primary)
    assert refused(kms.replicate_key, KeyId=primary, ReplicaRegion=AWAY) == "DisabledException"
    kms.schedule_key_deletion(KeyId=primary)
    assert refused(kms.replicate_key, KeyId=primary, ReplicaRegion=AWAY) == "KMSInvalidStateException"
    waiting = create(kms, Origin="EXTERNAL")["KeyId"]
    assert refused(kms.replicate_key, KeyId=waiting, ReplicaRegion=AWAY) == "KMSInvalidStateException"


def test_a_replicas_policy_must_leave_a_way_back(vauban, kms, away, primary):
    statement = {"Effect": "Allow", "Principal": {"AWS": vauban.user("alice")}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    asked = {"KeyId": primary, "ReplicaRegion": AWAY, "Policy": policy}
    assert refused(kms.replicate_key, **asked) == "MalformedPolicyDocumentException"
    kms.replicate_key(**asked, BypassPolicyLockoutSafetyCheck=True)
    assert json.loads(vauban.client("kms", region=AWAY, user="alice").get_key_policy(KeyId=primary)["Policy"])


def test_tags_that_cannot_be_are_refused(kms, primary):
    tags = [{"TagKey": "aws:a", "TagValue": "b"}]
    assert refused(kms.replicate_key, KeyId=primary, ReplicaRegion=AWAY, Tags=tags) == "TagException"


@pytest.mark.parametrize(
    ("actions", "allowed"),
    [
        (["kms:ReplicateKey"], False),
        (["kms:CreateKey"], False),
        (["kms:ReplicateKey", "kms:CreateKey"], False),
        (["kms:ReplicateKey", "kms:CreateKey", "kms:TagResource"], True),
    ],
)
def test_to_replicate_is_to_create_a_key_in_the_other_region(actions, allowed, vauban, primary):
    away = {"StringEquals": {"aws:RequestedRegion": AWAY}}
    statements = [{"Effect": "Allow", "Action": each, "Resource": "*"} for each in actions]
    for each in statements[1:]:
        each["Condition"] = away
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statements})
    alice = vauban.client("kms", user="alice")
    asked = {"KeyId": primary, "ReplicaRegion": AWAY, "Tags": [{"TagKey": "a", "TagValue": "b"}]}
    if allowed:
        alice.replicate_key(**asked)
    else:
        assert refused(alice.replicate_key, **asked) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("key", "value", "action"),
    [
        ("kms:ReplicaRegion", AWAY, "kms:ReplicateKey"),
        ("kms:MultiRegionKeyType", "PRIMARY", "kms:ReplicateKey"),
        ("kms:MultiRegionKeyType", "REPLICA", "kms:CreateKey"),
        ("kms:MultiRegion", "true", "kms:CreateKey"),
        ("kms:KeySpec", "SYMMETRIC_DEFAULT", "kms:CreateKey"),
    ],
)
def test_conditions_see_what_is_replicated_and_to_where(key, value, action, vauban, kms, primary):
    allow = {"Effect": "Allow", "Action": ["kms:ReplicateKey", "kms:CreateKey"], "Resource": "*"}
    operator = "Bool" if value == "true" else "StringEquals"
    deny = {"Effect": "Deny", "Action": action, "Resource": "*", "Condition": {operator: {key: value}}}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": [allow, deny]})
    alice = vauban.client("kms", user="alice")
    assert refused(alice.replicate_key, KeyId=primary, ReplicaRegion=AWAY) == "AccessDeniedException"


def test_rotation_belongs_to_the_primary_key_and_reaches_every_replica(vauban, kms, away, related):
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=90)
    statuses = [client.get_key_rotation_status(KeyId=related) for client in (kms, away)]
    for each in statuses:
        assert (each["KeyRotationEnabled"], each["RotationPeriodInDays"]) == (True, 90)
    assert statuses[0]["NextRotationDate"] == statuses[1]["NextRotationDate"]
    old = kms.encrypt(KeyId=related, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=related)
    vauban.advance(days=91)
    rotations = [client.list_key_rotations(KeyId=related)["Rotations"] for client in (kms, away)]
    assert [each["RotationType"] for each in rotations[0]] == ["ON_DEMAND", "AUTOMATIC"]
    assert [(each["KeyMaterialId"], each["RotationDate"]) for each in rotations[0]] == [
        (each["KeyMaterialId"], each["RotationDate"]) for each in rotations[1]
    ]
    current = {described(client, related)["CurrentKeyMaterialId"] for client in (kms, away)}
    assert len(current) == 1
    new = away.encrypt(KeyId=related, Plaintext=b"new")["CiphertextBlob"]
    assert away.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"
    assert kms.decrypt(CiphertextBlob=new)["Plaintext"] == b"new"
    kms.disable_key_rotation(KeyId=related)
    assert away.get_key_rotation_status(KeyId=related)["KeyRotationEnabled"] is False


def test_a_replica_made_after_rotations_opens_what_is_older(kms, away, primary):
    old = kms.encrypt(KeyId=primary, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=primary)
    kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)
    assert away.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"


def test_replicas_say_on_the_trail_that_they_were_synchronized(vauban, kms, related):
    kms.rotate_key_on_demand(KeyId=related)
    assert "SynchronizeMultiRegionKey" in names(vauban, AWAY)
    assert "SynchronizeMultiRegionKey" not in names(vauban, HOME)


@pytest.mark.parametrize("operation", ["enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"])
def test_a_replica_is_not_rotated_by_itself(operation, away, related):
    assert refused(getattr(away, operation), KeyId=related) == "UnsupportedOperationException"


def test_a_replica_takes_in_a_rotation_while_it_is_disabled_or_dying(kms, away, related):
    for change in (away.disable_key, away.schedule_key_deletion):
        change(KeyId=related)
        kms.rotate_key_on_demand(KeyId=related)
    assert described(away, related)["CurrentKeyMaterialId"] == described(kms, related)["CurrentKeyMaterialId"]
    assert state(away, related) == "PendingDeletion"


def test_a_primary_key_waits_for_the_deletion_of_its_last_replica(vauban, kms, away, third, related):
    kms.replicate_key(KeyId=related, ReplicaRegion=THIRD)
    told = kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=8)
    assert (told["KeyState"], told["PendingWindowInDays"]) == ("PendingReplicaDeletion", 8)
    assert "DeletionDate" not in told
    metadata = described(kms, related)
    assert (metadata["KeyState"], metadata["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 8)
    assert refused(kms.encrypt, KeyId=related, Plaintext=b"x") == "KMSInvalidStateException"
    away.encrypt(KeyId=related, Plaintext=b"x")
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    third.schedule_key_deletion(KeyId=related, PendingWindowInDays=10)
    vauban.advance(days=9)
    assert refused(away.describe_key, KeyId=related) == "NotFoundException"
    assert state(kms, related) == "PendingReplicaDeletion"
    assert [each["Region"] for each in described(third, related)["MultiRegionConfiguration"]["ReplicaKeys"]] == [THIRD]
    vauban.advance(days=2)
    metadata = described(kms, related)
    assert metadata["KeyState"] == "PendingDeletion"
    assert metadata["MultiRegionConfiguration"]["ReplicaKeys"] == []
    assert "PendingDeletionWindowInDays" not in metadata
    vauban.advance(days=8)
    assert refused(kms.describe_key, KeyId=related) == "NotFoundException"


def test_the_clock_may_pass_all_of_a_deletion_at_once(vauban, kms, away, related):
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    vauban.advance(days=30)
    assert kms.list_keys()["Keys"] == away.list_keys()["Keys"] == []


def test_a_deletion_that_waits_for_replicas_can_be_cancelled(kms, related):
    kms.schedule_key_deletion(KeyId=related)
    kms.cancel_key_deletion(KeyId=related)
    metadata = described(kms, related)
    assert metadata["KeyState"] == "Disabled"
    assert "PendingDeletionWindowInDays" not in metadata


def test_a_replica_that_is_gone_can_be_made_again(vauban, kms, away, related):
    blob = kms.encrypt(KeyId=related, Plaintext=b"x")["CiphertextBlob"]
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    vauban.advance(days=8)
    assert described(kms, related)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    kms.replicate_key(KeyId=related, ReplicaRegion=AWAY)
    assert away.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_another_region_becomes_the_primary_one(vauban, kms, away, third, related):
    kms.replicate_key(KeyId=related, ReplicaRegion=THIRD)
    kms.enable_key_rotation(KeyId=related, RotationPeriodInDays=90)
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)
    for client in (kms, away, third):
        metadata = described(client, related)
        assert metadata["KeyState"] == "Enabled"
        assert metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"] == AWAY
        assert [each["Region"] for each in metadata["MultiRegionConfiguration"]["ReplicaKeys"]] == [THIRD, HOME]
    assert refused(kms.rotate_key_on_demand, KeyId=related) == "UnsupportedOperationException"
    away.rotate_key_on_demand(KeyId=related)
    vauban.advance(days=91)
    assert len(third.list_key_rotations(KeyId=related)["Rotations"]) == 2
    assert len(kms.list_key_rotations(KeyId=related)["Rotations"]) == 2
    away.update_primary_region(KeyId=related, PrimaryRegion=HOME)
    assert described(away, related)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"


def test_only_a_primary_key_hands_on_and_only_to_a_replica(kms, away, related, key_id):
    update = {"KeyId": related, "PrimaryRegion": THIRD}
    assert refused(kms.update_primary_region, **update) == "NotFoundException"
    assert refused(away.update_primary_region, **update) == "UnsupportedOperationException"
    assert refused(away.update_primary_region, KeyId=related, PrimaryRegion=AWAY) == "UnsupportedOperationException"
    assert refused(kms.update_primary_region, KeyId=related, PrimaryRegion=HOME) == "UnsupportedOperationException"
    assert refused(kms.update_primary_region, KeyId=key_id, PrimaryRegion=AWAY) == "UnsupportedOperationException"


def test_the_replicas_own_policy_has_a_say_in_whether_it_becomes_primary(vauban, kms, away, related):
    policy = json.loads(away.get_key_policy(KeyId=related)["Policy"])
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:UpdatePrimaryRegion", "Resource": "*"}
    policy["Statement"].append(deny)
    away.put_key_policy(KeyId=related, Policy=json.dumps(policy))
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)
    for client in (kms, away):
        metadata = described(client, related)
        assert metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"] == HOME
        assert metadata["KeyState"] == "Enabled"
    denied = [each for each in vauban.trail() if "AccessDenied" in each.get("errorCode", "")]
    assert [(each["eventName"], each["awsRegion"]) for each in denied] == [("UpdatePrimaryRegion", AWAY)]
    kms.rotate_key_on_demand(KeyId=related)
    assert described(away, related)["CurrentKeyMaterialId"] == described(kms, related)["CurrentKeyMaterialId"]


def test_a_replica_that_is_of_no_use_does_not_become_primary(kms, away, related):
    away.disable_key(KeyId=related)
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)
    assert state(kms, related) == "Enabled"
    assert described(kms, related)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert state(away, related) == "Disabled"


def test_the_region_that_is_to_be_primary_can_be_asked_for_in_a_policy(vauban, related):
    allow = {"Effect": "Allow", "Action": "kms:UpdatePrimaryRegion", "Resource": "*"}
    deny = {**allow, "Effect": "Deny", "Condition": {"StringEquals": {"kms:PrimaryRegion": AWAY}}}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": [allow, deny]})
    alice = vauban.client("kms", user="alice")
    assert refused(alice.update_primary_region, KeyId=related, PrimaryRegion=AWAY) == "AccessDeniedException"


class TestImported:
    """Keys whose material their owner brings to each Region."""

    @pytest.fixture
    def bring_to(self, wrap):
        def bring_to(kms, key_id, material, **more):
            algorithm = "RSAES_OAEP_SHA_256"
            given = kms.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")
            return kms.import_key_material(
                KeyId=key_id,
                ImportToken=given["ImportToken"],
                EncryptedKeyMaterial=wrap(material, given["PublicKey"], algorithm),
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
                **more,
            )

        return bring_to

    @pytest.fixture
    def material(self):
        return os.urandom(32)

    @pytest.fixture
    def imported(self, kms, away, bring_to, material):
        """An imported key whose replica has its material too."""
        key_id = create(kms, Origin="EXTERNAL")["KeyId"]
        bring_to(kms, key_id, material)
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
        bring_to(away, key_id, material)
        return key_id

    def states(self, kms, key_id):
        listed = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
        return [each["KeyMaterialState"] for each in listed]

    def test_a_replica_waits_for_the_same_material_and_takes_no_other(self, kms, away, bring_to, material):
        key_id = create(kms, Origin="EXTERNAL")["KeyId"]
        bring_to(kms, key_id, material)
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
        assert state(away, key_id) == "PendingImport"
        assert refused(bring_to, kms=away, key_id=key_id, material=os.urandom(32)) == "IncorrectKeyMaterialException"
        assert (
            refused(bring_to, kms=away, key_id=key_id, material=os.urandom(32), ImportType="NEW_KEY_MATERIAL")
            == "UnsupportedOperationException"
        )
        bring_to(away, key_id, material)
        assert state(away, key_id) == "Enabled"
        assert away.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_material_is_deleted_in_one_region_alone(self, kms, away, imported, bring_to, material):
        away.delete_imported_key_material(KeyId=imported)
        assert (state(kms, imported), state(away, imported)) == ("Enabled", "PendingImport")
        bring_to(away, imported, material)
        kms.delete_imported_key_material(KeyId=imported)
        assert (state(kms, imported), state(away, imported)) == ("PendingImport", "Enabled")

    def test_a_rotation_waits_until_every_replica_has_the_new_material(self, kms, away, imported, bring_to):
        new = os.urandom(32)
        bring_to(kms, imported, new, ImportType="NEW_KEY_MATERIAL")
        waiting = ["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]
        assert self.states(kms, imported) == self.states(away, imported) == waiting
        assert refused(kms.rotate_key_on_demand, KeyId=imported) == "KMSInvalidStateException"
        bring_to(away, imported, new, ImportType="EXISTING_KEY_MATERIAL")
        assert self.states(kms, imported) == ["CURRENT", "PENDING_ROTATION"]
        assert (state(kms, imported), state(away, imported)) == ("Enabled", "Enabled")
        kms.rotate_key_on_demand(KeyId=imported)
        assert self.states(kms, imported) == self.states(away, imported) == ["NON_CURRENT", "CURRENT"]
        blob = away.encrypt(KeyId=imported, Plaintext=b"x")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_a_replica_that_loses_the_new_material_holds_the_rotation_up(self, kms, away, imported, bring_to):
        new = os.urandom(32)
        bring_to(kms, imported, new, ImportType="NEW_KEY_MATERIAL")
        found = bring_to(away, imported, new)["KeyMaterialId"]
        away.delete_imported_key_material(KeyId=imported, KeyMaterialId=found)
        assert self.states(kms, imported)[1] == "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        assert state(away, imported) == "Enabled"
        bring_to(away, imported, new)
        kms.rotate_key_on_demand(KeyId=imported)

    def test_new_material_deleted_at_the_primary_key_is_gone_from_the_replicas(self, kms, away, imported, bring_to):
        new = os.urandom(32)
        found = bring_to(kms, imported, new, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
        bring_to(away, imported, new)
        kms.delete_imported_key_material(KeyId=imported, KeyMaterialId=found)
        assert self.states(kms, imported) == self.states(away, imported) == ["CURRENT"]

    def test_a_replica_of_a_key_with_several_materials_needs_them_all(self, kms, away, bring_to, material):
        key_id = create(kms, Origin="EXTERNAL")["KeyId"]
        bring_to(kms, key_id, material)
        new = os.urandom(32)
        bring_to(kms, key_id, new, ImportType="NEW_KEY_MATERIAL")
        kms.rotate_key_on_demand(KeyId=key_id)
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
        bring_to(away, key_id, new)
        assert state(away, key_id) == "PendingImport"
        bring_to(away, key_id, material)
        assert state(away, key_id) == "Enabled"
