"""Known secrets go in by every way there is; then every byte that the server wrote is searched for them."""

import base64
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

PASSPHRASE = "passphrase-canary-4c1f80"
ACCOUNT = "111122223333"


def spellings(secret: bytes) -> set[bytes]:
    """As itself, in hexadecimal, and in base64 wherever in a longer text it starts; the middle of long ones will do."""
    middle = secret[:24]
    aligned = {base64.b64encode(b"\0" * shift + middle)[4:-4] for shift in range(3)}
    return {middle, middle.hex().encode(), middle.hex().upper().encode(), *aligned}


def test_spellings_are_found_wherever_a_secret_starts():
    secret = secrets.token_bytes(40)
    for shift in range(3):
        text = base64.b64encode(b"x" * (30 + shift) + secret + b"y" * 30)
        assert any(each in text for each in spellings(secret))


class Secrets(dict):
    """Where each came from -> its bytes."""

    def put(self, where: str, secret: bytes) -> bytes:
        assert len(secret) >= 16
        self[where] = secret
        return secret

    def found_in(self, content: bytes) -> list[str]:
        return [where for where, secret in self.items() if any(each in content for each in spellings(secret))]


def use_everything(kms, planted: Secrets) -> None:
    """Every operation that takes or gives a secret, answered and refused."""
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    planted_text = planted.put("Encrypt", b"plaintext-canary-" + secrets.token_hex(16).encode())
    blob = kms.encrypt(KeyId=key, Plaintext=planted_text)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key)
    planted.put("GenerateDataKey", kms.generate_data_key(KeyId=key, KeySpec="AES_256")["Plaintext"])
    for spec in ("RSA_2048", "ECC_NIST_P256"):
        pair = kms.generate_data_key_pair(KeyId=key, KeyPairSpec=spec)
        planted.put(f"GenerateDataKeyPair {spec}", pair["PrivateKeyPlaintext"][-64:])
    wrapped = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)["CiphertextBlob"]
    planted.put("GenerateDataKeyWithoutPlaintext", kms.decrypt(CiphertextBlob=wrapped)["Plaintext"])
    planted.put("GenerateRandom", kms.generate_random(NumberOfBytes=48)["Plaintext"])
    kms.disable_key(KeyId=key)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key, Plaintext=planted_text)


def use_asymmetric_keys(kms, planted: Secrets) -> None:
    message = planted.put("Sign", b"message-canary-" + secrets.token_hex(16).encode())
    signing = make(kms, "ECC_NIST_P256", "SIGN_VERIFY")
    signature = kms.sign(KeyId=signing, Message=message, SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    kms.verify(KeyId=signing, Message=message, Signature=signature, SigningAlgorithm="ECDSA_SHA_256")
    authenticating = make(kms, "HMAC_256", "GENERATE_VERIFY_MAC")
    mac = kms.generate_mac(KeyId=authenticating, Message=message, MacAlgorithm="HMAC_SHA_256")["Mac"]
    kms.verify_mac(
        KeyId=authenticating, Message=message, Mac=planted.put("GenerateMac", mac), MacAlgorithm="HMAC_SHA_256"
    )
    encrypting = make(kms, "RSA_2048", "ENCRYPT_DECRYPT")
    plaintext = planted.put("Encrypt RSA", b"rsa-canary-" + secrets.token_hex(16).encode())
    algorithm = "RSAES_OAEP_SHA_256"
    sealed = kms.encrypt(KeyId=encrypting, Plaintext=plaintext, EncryptionAlgorithm=algorithm)["CiphertextBlob"]
    kms.decrypt(KeyId=encrypting, CiphertextBlob=sealed, EncryptionAlgorithm=algorithm)
    agreeing = make(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    peer = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = peer.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    shared = kms.derive_shared_secret(KeyId=agreeing, KeyAgreementAlgorithm="ECDH", PublicKey=der)
    planted.put("DeriveSharedSecret", shared["SharedSecret"])


def make(kms, spec: str, usage: str) -> str:
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def import_material(kms, planted: Secrets) -> None:
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    algorithm = "RSAES_OAEP_SHA_256"
    given = kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")
    public = load_der_public_key(given["PublicKey"])
    material = planted.put("ImportKeyMaterial", secrets.token_bytes(32))
    wrapped = public.encrypt(material, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))
    kms.import_key_material(
        KeyId=key,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped,
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
    kms.encrypt(KeyId=key, Plaintext=b"x")


def keep_secrets(server, planted: Secrets) -> None:
    """Every operation of Secrets Manager that takes or gives a value, answered and refused, and replicas of it."""
    here, there = server.client("secretsmanager"), server.client("secretsmanager", region="eu-west-1")
    values = [
        planted.put(operation, f"{operation}-canary-{secrets.token_hex(16)}".encode()).decode()
        for operation in ("CreateSecret", "PutSecretValue", "UpdateSecret", "a PutSecretValue refused")
    ]
    name = "prod/db"
    token = here.create_secret(Name=name, SecretString=values[0], AddReplicaRegions=[{"Region": "eu-west-1"}])
    here.put_secret_value(SecretId=name, SecretBinary=values[1].encode())
    here.update_secret(SecretId=name, SecretString=values[2])
    with pytest.raises(here.exceptions.ResourceExistsException):
        here.put_secret_value(SecretId=name, SecretString=values[3], ClientRequestToken=token["VersionId"])
    with pytest.raises(there.exceptions.InvalidParameterException):
        there.put_secret_value(SecretId=name, SecretString=values[3])
    for client in (here, there):
        assert client.get_secret_value(SecretId=name)["SecretString"] == values[2]
        client.batch_get_secret_value(SecretIdList=[name])
    planted.put("GetRandomPassword", here.get_random_password()["RandomPassword"].encode())


def use_parameters(ssm, planted: Secrets) -> None:
    """Values of every type and tier, put, changed, read and refused."""
    for tier in ("Standard", "Advanced"):
        for kind in ("String", "SecureString"):
            name = f"/canary/{tier}/{kind}"
            for version in ("first", "second"):
                value = planted.put(f"{name} {version}", f"parameter-canary-{secrets.token_hex(16)}".encode()).decode()
                ssm.put_parameter(Name=name, Value=value, Type=kind, Tier=tier, Overwrite=True)
            ssm.get_parameter(Name=name, WithDecryption=True)
            ssm.get_parameter_history(Name=name, WithDecryption=True)
    ssm.get_parameters_by_path(Path="/canary", Recursive=True, WithDecryption=True)
    refused = planted.put("a refused value", f"refused-canary-{secrets.token_hex(16)}".encode()).decode()
    with pytest.raises(ssm.exceptions.ParameterPatternMismatchException):
        ssm.put_parameter(Name="/canary/refused", Value=refused, Type="String", AllowedPattern=r"\d+")


def everything_written(*places: Path) -> dict[Path, bytes]:
    """Every file under the places."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    return {file: file.read_bytes() for file in files}


def test_no_secret_is_in_the_data_directory_the_log_the_trail_or_a_backup(make_server, tmp_path):
    root_secret = secrets.token_urlsafe(30)
    planted = Secrets()
    planted.put("the root's secret access key", root_secret.encode())
    planted.put("the passphrase", PASSPHRASE.encode())
    passphrase_file = tmp_path / "passphrase"
    passphrase_file.write_text(PASSPHRASE)
    passphrase_file.chmod(0o600)
    seal = ("--seal", "passphrase", "--passphrase-file", str(passphrase_file))
    account = ("--account", f"{ACCOUNT}=AKIACANARY0000000000:{root_secret}")
    server = make_server("--workers", "2", "--audit", "strict", *seal, *account)
    alice = server.credentials("--user", "alice")
    planted.put("a user's secret access key", alice["AWS_SECRET_ACCESS_KEY"].encode())

    kms = server.client("kms")
    use_everything(kms, planted)
    use_asymmetric_keys(kms, planted)
    import_material(kms, planted)
    keep_secrets(server, planted)
    use_parameters(server.client("ssm"), planted)
    trail = server.command("trail", "--last", "1000", "--json")
    assert len(trail.splitlines()) >= 28
    assert not planted.found_in(trail.encode())
    server.command("backup", str(tmp_path / "backup"))

    def found() -> dict[str, list[str]]:
        written = everything_written(Path(server.data), tmp_path / "backup", server.log)
        assert written[Path(server.data, "vauban.sqlite")]
        assert written[tmp_path / "backup" / "vauban.sqlite"]
        return {str(file): wheres for file, content in written.items() if (wheres := planted.found_in(content))}

    assert not found()
    server.kill()
    assert not found()
    server.start()
    assert not found()
    assert server.stop() == 0
    assert not found()
