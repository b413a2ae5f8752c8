"""AWS's Terraform provider makes key stores: on a token, and behind a proxy, which is this server itself."""

import json
from pathlib import Path

import pytest

from vauban.crypto.certificates import create_authority, self_signed

from ..softhsm import LIBRARY, tokens_in
from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CLUSTER = "cluster-2345672abcd"
HOST = "localhost"
PROVIDER = provider("kms")
ON_A_TOKEN = """
resource "aws_kms_custom_key_store" "token" {
  custom_key_store_name    = "token"
  cloud_hsm_cluster_id     = "cluster-2345672abcd"
  key_store_password       = "the crypto user"
  trust_anchor_certificate = file("anchor.pem")
}

data "aws_kms_custom_key_store" "token" {
  custom_key_store_id = aws_kms_custom_key_store.token.id
}

output "store" { value = aws_kms_custom_key_store.token.id }
output "name" { value = data.aws_kms_custom_key_store.token.custom_key_store_name }
"""
BEHIND_A_PROXY = """
resource "aws_kms_custom_key_store" "outside" {
  custom_key_store_name   = "outside"
  custom_key_store_type   = "EXTERNAL_KEY_STORE"
  xks_proxy_connectivity  = "PUBLIC_ENDPOINT"
  xks_proxy_uri_endpoint  = "https://localhost"
  xks_proxy_uri_path      = "/mine/kms/xks/v1"
  xks_proxy_authentication_credential {
    access_key_id         = "%(access_key_id)s"
    raw_secret_access_key = "%(secret)s"
  }
}

output "store" { value = aws_kms_custom_key_store.outside.id }
"""
KEY = """
resource "aws_kms_key" "outside" {
  description             = "outside"
  custom_key_store_id     = aws_kms_custom_key_store.outside.id
  xks_key_id              = "kept"
  deletion_window_in_days = 7
}
"""
ACCOUNT_KEY = f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}"


@pytest.fixture
def token(tmp_path: Path) -> dict[str, str]:
    """The environment of a SoftHSM token `cluster`."""
    return tokens_in(tmp_path, {"cluster": "the crypto user"})


def test_a_store_on_a_token_is_made_renamed_used_and_destroyed(make_server, token, tmp_path):
    """Two workers, each with its own session of the token."""
    cluster = ("--cloudhsm-cluster", f"{CLUSTER}={LIBRARY}:cluster")
    server = make_server("--workers", "2", "--account", ACCOUNT_KEY, *cluster, "--clock", "virtual", **token)
    terraform = Terraform(tmp_path / "terraform", server)
    (terraform.directory / "anchor.pem").write_bytes(create_authority()[0])
    terraform.write(PROVIDER + ON_A_TOKEN)
    terraform.init()
    assert "1 added" in terraform.apply()
    outputs = terraform.outputs()
    assert outputs["name"] == "token"

    terraform.change('= "token"', '= "renamed"')
    assert "0 added, 1 changed, 0 destroyed" in terraform.apply()

    kms = server.client("kms")
    kms.connect_custom_key_store(CustomKeyStoreId=outputs["store"])
    assert kms.describe_custom_key_stores()["CustomKeyStores"][0]["ConnectionState"] == "CONNECTED"
    key = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=outputs["store"])["KeyMetadata"]["KeyId"]
    for _ in range(8):
        client = server.client("kms")
        blob = client.encrypt(KeyId=key, Plaintext=b"on the token")["CiphertextBlob"]
        assert server.client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"on the token"
    server.restart()
    kms = server.client("kms")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"on the token"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    server.command("clock", "advance", "8d")
    kms.disconnect_custom_key_store(CustomKeyStoreId=outputs["store"])
    assert "1 destroyed" in terraform("destroy", "-auto-approve").stdout


def test_a_store_behind_a_proxy_is_made_and_a_key_in_it(make_server, tmp_path):
    """The server is its own external key manager: what waits for the proxy holds nobody up, itself included."""
    chain, key = self_signed([HOST, "127.0.0.1"])
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    tls = ("--tls-certificate", str(tmp_path / "chain.pem"), "--tls-key", str(tmp_path / "key.pem"))
    outside = ("--xks-ca", str(tmp_path / "chain.pem"), "--xks-timeout", "30000", "--clock", "virtual")
    first = make_server("--workers", "1", "--account", ACCOUNT_KEY, *tls, *outside)
    assert first.stop() == 0
    again = ("--workers", "1", *tls, *outside, "--xks-address", f"{HOST}=127.0.0.1:{first.port}")
    server = make_server(*again, data=first.data, port=first.port)
    trusting = {"AWS_CA_BUNDLE": str(tmp_path / "chain.pem")}
    kms = client(server, trusting)
    kept = kms.create_key()["KeyMetadata"]["KeyId"]
    lent = json.loads(server.command("xks", "create", "mine", "--key", f"{kept}=kept"))
    credential = lent["XksProxyAuthenticationCredential"]

    terraform = Terraform(tmp_path / "terraform", server, **trusting)
    filled = {"access_key_id": credential["AccessKeyId"], "secret": credential["RawSecretAccessKey"]}
    configuration = PROVIDER + (BEHIND_A_PROXY % filled).replace("%", "%%")
    terraform.write(configuration)
    terraform.init()
    assert "1 added" in terraform.apply()
    store = terraform.outputs()["store"]

    kms.connect_custom_key_store(CustomKeyStoreId=store)
    terraform.write(configuration + KEY)
    assert "1 added" in terraform.apply()
    made = next(each["KeyId"] for each in kms.list_keys()["Keys"] if each["KeyId"] != kept)
    blob = kms.encrypt(KeyId=made, Plaintext=b"outside")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"outside"
    kms.disable_key(KeyId=kept)
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.decrypt(CiphertextBlob=blob)
    kms.enable_key(KeyId=kept)

    terraform.write(configuration)
    assert "1 destroyed" in terraform("apply", "-auto-approve").stdout
    server.command("clock", "advance", "8d")
    kms.disconnect_custom_key_store(CustomKeyStoreId=store)
    assert "1 destroyed" in terraform("destroy", "-auto-approve").stdout


def client(server: Server, trusting: dict[str, str]):
    import boto3

    exported = server.credentials()
    return boto3.session.Session().client(
        "kms",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
        verify=trusting["AWS_CA_BUNDLE"],
    )
