"""Two servers, each holding one Region, and nothing between them but the link: what works while the other is dead."""

from typing import Any

import pytest

from .conftest import AWAY, HOME
from .running import Server, eventually


def kms_of(server: Server, region: str) -> Any:
    return server.client("kms", region=region)


def state(kms: Any, key: str) -> str:
    return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


def test_a_key_is_used_in_one_region_while_the_other_is_dead(regional_servers):
    home, away = regional_servers
    here, there = kms_of(home, HOME), kms_of(away, AWAY)
    key = here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    blob = here.encrypt(KeyId=key, Plaintext=b"from home")["CiphertextBlob"]
    here.replicate_key(KeyId=key, ReplicaRegion=AWAY)
    assert eventually(lambda: state(there, key)) == "Enabled"
    home.kill()
    assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"from home"
    there.encrypt(KeyId=key, Plaintext=b"from away")


def test_replication_survives_the_death_of_either_side(regional_servers):
    home, away = regional_servers
    here = kms_of(home, HOME)
    keys = [here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"] for _ in range(12)]
    away.kill()
    for key in keys[:4]:
        here.replicate_key(KeyId=key, ReplicaRegion=AWAY)
        here.rotate_key_on_demand(KeyId=key)
    home.kill()
    home.start()
    here = kms_of(home, HOME)
    away.start()
    for key in keys[4:]:
        here.replicate_key(KeyId=key, ReplicaRegion=AWAY)
        here.rotate_key_on_demand(KeyId=key)
    away.kill()
    away.start()
    there = kms_of(away, AWAY)
    for key in keys:
        current = here.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
        eventually(lambda key=key, current=current: material(there, key) == current)
        blob = there.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        assert here.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    created = away.command("trail", "--json", "--last", "1000", "--event-name", "CreateKey").splitlines()
    assert len(created) == len(keys)


def material(kms: Any, key: str) -> str:
    return kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]


def test_the_primary_region_moves_and_its_deletion_waits_across_servers(regional_servers):
    home, away = regional_servers
    here, there = kms_of(home, HOME), kms_of(away, AWAY)
    key = here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    here.replicate_key(KeyId=key, ReplicaRegion=AWAY)
    eventually(lambda: state(there, key) == "Enabled")
    here.update_primary_region(KeyId=key, PrimaryRegion=AWAY)
    here.encrypt(KeyId=key, Plaintext=b"x")
    for kms in (here, there):
        eventually(lambda kms=kms: primary_of(kms, key) == AWAY and state(kms, key) == "Enabled")
    assert there.schedule_key_deletion(KeyId=key)["KeyState"] == "PendingReplicaDeletion"


def primary_of(kms: Any, key: str) -> str:
    return kms.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["PrimaryKey"]["Region"]


def test_each_says_who_holds_the_other_region(regional_servers):
    home, away = regional_servers
    with pytest.raises(Exception, match=f"{AWAY} is held by the server at {away.url}"):
        kms_of(home, AWAY).list_keys()
