"""What stands between the data directory and the keys in it: seals, their change, and backups kept apart from them."""

import os
import shutil
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from ..softhsm import LIBRARY, tokens_in
from .running import Server

PASSPHRASE = "correct horse battery staple"


class Kept:
    """Something to find again."""

    def __init__(self, server: Server):
        kms = server.client("kms")
        self.key = kms.create_key()["KeyMetadata"]["KeyId"]
        self.blob = kms.encrypt(KeyId=self.key, Plaintext=b"kept")["CiphertextBlob"]

    def is_in(self, server: Server) -> bool:
        return server.client("kms").decrypt(CiphertextBlob=self.blob)["Plaintext"] == b"kept"


@pytest.fixture
def softhsm(tmp_path: Path) -> dict[str, str]:
    """The environment of a SoftHSM token `vauban`, whose PIN is 1234."""
    return tokens_in(tmp_path, {"vauban": "1234"})


def is_sealed(server: Server) -> bool:
    return server.health() == {"status": "sealed", "sealed": True}


def sealed_error(server: Server) -> ClientError:
    import boto3

    kms = boto3.session.Session().client(
        "kms", "us-east-1", endpoint_url=server.url, aws_access_key_id="A" * 20, aws_secret_access_key="s"
    )
    kms.meta.events.register("needs-retry.kms", lambda **_: None)
    with pytest.raises(ClientError) as error:
        kms.list_keys()
    return error.value


def test_under_a_passphrase_it_starts_sealed_and_is_unsealed(make_server):
    server = make_server("--seal", "passphrase")
    assert is_sealed(server)
    refusal = sealed_error(server).response
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert refusal["Error"]["Code"] == "ServiceUnavailableException"
    assert "passphrase" in server.output()
    assert "sealed" in server.command("status")
    assert "at least 8 characters" in server.refused("unseal", input="short\n")

    unseal(server, PASSPHRASE)
    kept = Kept(server)
    server.restart()
    assert is_sealed(server)
    assert "the passphrase is wrong" in server.refused("unseal", input="wrong horse battery staple\n")
    assert is_sealed(server)
    unseal(server, PASSPHRASE)
    assert kept.is_in(server)
    assert "not sealed" in server.command("unseal")


def unseal(server: Server, secret: str = "") -> None:
    assert server.command("unseal", input=f"{secret}\n") == "Unsealed.\n"


def test_a_passphrase_in_a_file_opens_it_at_start(make_server, tmp_path):
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    file.chmod(0o644)
    server = make_server("--seal", "passphrase", "--passphrase-file", str(file), start=False)
    assert f"chmod 600 {file}" in server.start_refused()
    file.chmod(0o600)
    kept = Kept(server.start())
    assert kept.is_in(server.restart())


def test_a_key_file_that_others_can_read_is_refused_in_words(server):
    kept = Kept(server)
    server.stop()
    key_file = Path(server.data, "seal.key")
    assert key_file.stat().st_mode & 0o777 == 0o600
    key_file.chmod(0o644)
    said = server.start_refused()
    assert f"chmod 600 {key_file}" in said
    key_file.chmod(0o600)
    assert kept.is_in(server.start())


@pytest.mark.parametrize("damage", ["missing", "altered", "another"])
def test_without_the_right_key_file_it_does_not_start_and_says_so(server, damage):
    kept = Kept(server)
    server.stop()
    key_file = Path(server.data, "seal.key")
    key = key_file.read_bytes()
    match damage:
        case "missing":
            key_file.unlink()
        case "altered":
            key_file.write_bytes(b"0" + key[1:] if key[:1] != b"0" else b"1" + key[1:])
        case "another":
            key_file.write_bytes(os.urandom(32).hex().encode() + b"\n")
    said = server.start_refused()
    assert "seal" in said
    assert key.decode().strip() not in said
    key_file.write_bytes(key)
    key_file.chmod(0o600)
    assert kept.is_in(server.start())


def test_a_lost_seal_is_not_replaced_by_a_new_one(server):
    Kept(server)
    server.stop()
    Path(server.data, "seal.json").unlink()
    assert "seal.json is missing" in server.start_refused()


def test_the_key_file_may_be_kept_elsewhere(make_server, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "seal.key"
    elsewhere.parent.mkdir(mode=0o700)
    server = make_server("--seal-key-file", str(elsewhere))
    kept = Kept(server)
    assert elsewhere.exists()
    assert not Path(server.data, "seal.key").exists()
    assert kept.is_in(server.restart())


def test_it_is_sealed_now_and_unsealed_while_it_runs(server):
    kept = Kept(server)
    assert "Sealed" in server.command("seal", "now")
    assert is_sealed(server)
    assert sealed_error(server).response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert server.command("seal") == "file seal, sealed\n"
    unseal(server)
    assert server.command("seal") == "file seal, open\n"
    assert kept.is_in(server)


def test_the_seal_is_changed_to_a_passphrase_and_back(server):
    kept = Kept(server)
    assert "at least 8 characters" in server.refused("seal", "rewrap", "--to", "passphrase", input="short\n")
    server.command("seal", "rewrap", "--to", "passphrase", input=f"{PASSPHRASE}\n")
    assert kept.is_in(server)
    assert is_sealed(server.restart())
    unseal(server, PASSPHRASE)
    assert kept.is_in(server)

    said = server.refused("seal", "rewrap", "--to", "file", input="wrong horse battery staple\n")
    assert "the passphrase is wrong" in said
    server.command("seal", "rewrap", "--to", "file", input=f"{PASSPHRASE}\n")
    assert kept.is_in(server.restart())


def test_the_seal_is_changed_to_a_token_and_back(make_server, softhsm):
    server = make_server(**softhsm)
    kept = Kept(server)
    token = ("--pkcs11-module", str(LIBRARY), "--pkcs11-token", "vauban")
    assert "refused the PIN" in server.refused("seal", "rewrap", "--to", "pkcs11", *token, input="9999\n")
    assert server.command("seal") == "file seal, open\n"
    server.command("seal", "rewrap", "--to", "pkcs11", *token, input="1234\n")
    assert kept.is_in(server)

    assert is_sealed(server.restart())
    assert "refused the PIN" in server.refused("unseal", input="9999\n")
    unseal(server, "1234")
    assert kept.is_in(server)
    server.command("seal", "rewrap", "--to", "file", input="1234\n")
    assert kept.is_in(server.restart())


def test_a_backup_is_taken_while_it_runs_and_restored_with_the_key_kept_apart(server, make_server, tmp_path):
    kept = Kept(server)
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    assert str(backup) in server.command("backup", str(backup))
    after = server.client("kms").create_key()["KeyMetadata"]["KeyId"]
    assert not (backup / "seal.key").exists()
    assert "is there already" in server.refused("backup", str(backup))

    server.run_elsewhere("restore", str(backup), "--data", str(restored))
    second = make_server(data=restored, start=False)
    assert "seal.key" in second.start_refused()
    shutil.copy(Path(server.data, "seal.key"), restored)
    second.start()
    assert kept.is_in(second)
    assert second.credentials()["AWS_SECRET_ACCESS_KEY"] == server.credentials()["AWS_SECRET_ACCESS_KEY"]
    kms = second.client("kms")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=after)
    assert kept.is_in(server)
