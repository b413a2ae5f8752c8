"""Two servers, each holding one Region, and nothing between them but the link: what works while the other is dead."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dynamodb_encryption_sdk.encrypted import CryptoConfig
from dynamodb_encryption_sdk.encrypted.item import decrypt_python_item, encrypt_python_item
from dynamodb_encryption_sdk.identifiers import CryptoAction
from dynamodb_encryption_sdk.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext

from .conftest import AWAY, HOME
from .node import node_modules
from .running import Server, environment, eventually
from .transcripts import ROOT

GUIDE = ROOT / "docs/guides/multi-region.md"


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
    assert f"regions      {HOME}; {AWAY} at {away.url}" in home.output()
    with pytest.raises(Exception, match=f"{AWAY} is held by the server at {away.url}"):
        kms_of(home, AWAY).list_keys()


def test_the_guides_field_is_opened_away_while_home_is_dead(regional_servers, tmp_path):
    home, away = regional_servers
    programs = dict(re.findall(r"```python\n# (\w+\.py).*?\n(.*?)```", GUIDE.read_text(), re.DOTALL))
    variables = environment(HOME_URL=home.url, AWAY_URL=away.url, **without_endpoint(home.credentials()))

    def run(name: str, *words: str, input: str = "") -> str:
        (tmp_path / name).write_text(programs[name])
        command = [sys.executable, name, *words]
        done = subprocess.run(command, cwd=tmp_path, env=variables, input=input, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    arn = run("keys.py")
    customer = run("write.py", arn)
    assert "4929" not in customer
    there = kms_of(away, AWAY)
    eventually(lambda: state(there, arn.split("/")[1]) == "Enabled")
    home.kill()
    assert run("read.py", arn, input=customer) == "Ada 4929 1234"


def without_endpoint(variables: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name != "AWS_ENDPOINT_URL"}


def test_items_of_the_dynamodb_encryption_client_open_in_the_other_region(regional_servers):
    """What it stores is an item; where to is nothing to it."""
    home, away = regional_servers
    clients = {HOME: kms_of(home, HOME), AWAY: kms_of(away, AWAY)}
    arn = clients[HOME].create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    clients[HOME].replicate_key(KeyId=arn, ReplicaRegion=AWAY)
    eventually(lambda: state(clients[AWAY], arn.split("/")[1]) == "Enabled")
    customer = {"id": "1", "number": "4929 1234", "visits": 7}
    item = encrypt_python_item(customer, crypto_config(arn, clients))
    assert item["id"] == "1"
    assert "4929" not in str(item)
    home.kill()
    assert decrypt_python_item(item, crypto_config(arn.replace(HOME, AWAY), clients)) == customer


def crypto_config(arn: str, clients: dict[str, Any]) -> CryptoConfig:
    """Everything but the primary key encrypted, all of it signed."""
    provider = AwsKmsCryptographicMaterialsProvider(arn, regional_clients=clients)
    actions = AttributeActions(attribute_actions={"id": CryptoAction.SIGN_ONLY})
    context = EncryptionContext(table_name="customers", partition_key_name="id", attributes={})
    return CryptoConfig(provider, context, actions)


def test_the_encryption_sdk_for_javascript_opens_it_away_as_well(regional_servers, tmp_path):
    home, away = regional_servers
    arn = kms_of(home, HOME).create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    kms_of(home, HOME).replicate_key(KeyId=arn, ReplicaRegion=AWAY)
    eventually(lambda: state(kms_of(away, AWAY), arn.split("/")[1]) == "Enabled")
    (tmp_path / "node_modules").symlink_to(node_modules("client-node-4", "@aws-crypto/client-node@4"))
    program = shutil.copy(Path(__file__).with_name("regions.mjs"), tmp_path)
    variables = environment(HOME_URL=home.url, AWAY_URL=away.url, **without_endpoint(home.credentials()))

    def run(*words: str) -> str:
        done = subprocess.run(["node", program, *words], env=variables, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    message = run("write", arn)
    home.kill()
    assert run("read", arn, message) == "customers.number 4929 1234"
