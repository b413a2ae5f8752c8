"""ACM in process, and certificates to import."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Pair(NamedTuple):
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes

    @property
    def members(self) -> dict[str, bytes]:
        return {"Certificate": self.certificate, "PrivateKey": self.key}


@cache
def private_key(kind: str, number: int = 0) -> Any:
    """One for all tests that want the ``number``-th of its kind: ``RSA_2048``, ``EC_prime256v1``."""
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA_")))
    return ec.generate_private_key(ec.SECP256R1())


def make_pair(
    *names: str,
    kind: str = "RSA_2048",
    issuer: Pair | None = None,
    days: tuple[int, int] = (-1, 30),
    number: int = 0,
    organization: str = "",
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> Pair:
    """A certificate for ``names``, signed by ``issuer`` or by itself."""
    key, now = private_key(kind, number), datetime.now(UTC)
    subject = _name(names[0] if names else "", organization)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.load_pem_x509_certificate(issuer.certificate).subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(0x0A0B0C0D0E0F)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    signer = x509_key(issuer) if issuer else key
    encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(builder.sign(signer, SHA256()).public_bytes(Encoding.PEM), encoded)


def x509_key(pair: Pair) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pair.key, None)


def _name(common: str, organization: str) -> x509.Name:
    parts = [(NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, organization)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


@pytest.fixture
def acm(vauban):
    return vauban.client("acm")


@pytest.fixture(scope="session")
def pair() -> Pair:
    """One for shop.example.com, signed by itself."""
    return make_pair("shop.example.com", "*.shop.example.com")


@pytest.fixture
def arn(acm, pair) -> str:
    return acm.import_certificate(**pair.members)["CertificateArn"]
