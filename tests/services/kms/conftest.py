"""KMS in process, and its records as values for tests of what is pure."""

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from vauban.crypto.certificates import create_authority
from vauban.kernel.principals import Principal
from vauban.services.kms.policies import DEFAULT
from vauban.services.kms.resources import Grant, Key
from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
REGION = "us-east-1"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def make_key() -> Callable[..., Key]:
    def make(**fields: Any) -> Key:
        known = {
            "key_id": KEY_ID,
            "account": ACCOUNT,
            "region": REGION,
            "created": LONG_AGO,
            "policy": DEFAULT % ACCOUNT,
            "current_material_id": "0" * 64,
        }
        return Key(**{**known, **fields})

    return make


@pytest.fixture
def make_grant() -> Callable[..., Grant]:
    def make(**fields: Any) -> Grant:
        known = {
            "grant_id": "ab" * 32,
            "account": ACCOUNT,
            "region": REGION,
            "key_id": KEY_ID,
            "created": LONG_AGO,
            "issuing_account": f"arn:aws:iam::{ACCOUNT}:root",
            "operations": ("Encrypt", "Decrypt"),
            "grantee_principal": f"arn:aws:iam::{ACCOUNT}:user/alice",
        }
        return Grant(**{**known, **fields})

    return make


@pytest.fixture
def make_call() -> Callable[..., Any]:
    """A call as far as pure functions look at it."""

    def make(operation: str = "Encrypt", **fields: Any) -> Any:
        known = {
            "operation": SimpleNamespace(name=operation),
            "params": {},
            "principal": a_user("alice"),
            "account": ACCOUNT,
            "region": REGION,
            "via": (),
            "resources": (),
        }
        return SimpleNamespace(**{**known, **fields})

    return make


def a_user(name: str, account: str = ACCOUNT) -> Principal:
    return Principal("user", account, f"arn:aws:iam::{account}:user/{name}", f"AIDA{name.upper()}", name)


@pytest.fixture
def kms(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("kms")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("kms", config=Config(parameter_validation=False))


@pytest.fixture
def key_id(kms: Any) -> str:
    """A symmetric encryption key with the default policy."""
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    """Two accounts, of which the first owns the keys."""
    running = InProcess(accounts=(ACCOUNT, OTHER_ACCOUNT))
    yield running
    running.close()


CLUSTER = "cluster-2222222aaaa"
PIN = "the crypto user"


@pytest.fixture(scope="session")
def trust_anchor() -> str:
    """The certificate of an authority, in PEM."""
    return create_authority()[0].decode()


@pytest.fixture(scope="session")
def cluster_members(trust_anchor: str) -> Callable[..., dict[str, str]]:
    """Members of a CreateCustomKeyStore for a cluster."""

    def members(name: str = "tokens", cluster: str = CLUSTER, password: str = PIN) -> dict[str, str]:
        return {
            "CustomKeyStoreName": name,
            "CloudHsmClusterId": cluster,
            "TrustAnchorCertificate": trust_anchor,
            "KeyStorePassword": password,
        }

    return members


@pytest.fixture
def wrap(tmp_path: Path) -> Callable[..., bytes]:
    """Wrap key material for import as its owner does: with OpenSSL's command line."""

    def openssl(*arguments: object, input: bytes = b"") -> bytes:
        return subprocess.run(["openssl", *map(str, arguments)], input=input, check=True, capture_output=True).stdout

    def wrap(material: bytes, public_key: bytes, algorithm: str) -> bytes:
        (tmp_path / "public.der").write_bytes(public_key)
        digest = "sha1" if algorithm.endswith("SHA_1") else "sha256"
        options = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", f"rsa_oaep_md:{digest}"]
        options += ["-pkeyopt", f"rsa_mgf1_md:{digest}", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "public.der"]
        if algorithm.startswith("RSAES"):
            return openssl("pkeyutl", "-encrypt", *options, input=material)
        key = os.urandom(32)
        (tmp_path / "material").write_bytes(material)
        command = ["enc", "-id-aes256-wrap-pad", "-K", key.hex(), "-iv", "A65959A6"]
        openssl(*command, "-in", tmp_path / "material", "-out", tmp_path / "wrapped")
        return openssl("pkeyutl", "-encrypt", *options, input=key) + (tmp_path / "wrapped").read_bytes()

    return wrap


@pytest.fixture
def bring(kms: Any, wrap: Callable[..., bytes]) -> Callable[..., Any]:
    """Import material into a key, from GetParametersForImport on; it does not expire unless ``ValidTo`` says so."""

    def bring(
        key_id: str, material: bytes, algorithm: str = "RSAES_OAEP_SHA_256", spec: str = "RSA_2048", **more: Any
    ) -> Any:
        given = kms.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)
        more.setdefault("ExpirationModel", f"KEY_MATERIAL_{'EXPIRES' if 'ValidTo' in more else 'DOES_NOT_EXPIRE'}")
        wrapped = wrap(material, given["PublicKey"], algorithm)
        return kms.import_key_material(
            KeyId=key_id, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped, **more
        )

    return bring


@pytest.fixture
def external(kms: Any) -> str:
    """A symmetric encryption key that waits for its material."""
    return kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
