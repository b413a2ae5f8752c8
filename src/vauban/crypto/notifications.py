"""RSA keys that notifications are signed with, each in a certificate of its own."""

from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

BITS = 2048


class Pair(NamedTuple):
    fingerprint: str
    """Of the certificate: 32 digits of hex."""
    certificate: str
    """PEM."""
    key: bytes
    """PKCS #8 in DER."""


def create(name: str, begins: datetime, ends: datetime) -> Pair:
    """A new key, and a certificate signed by itself for the host ``name``."""
    key = rsa.generate_private_key(65537, BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    fingerprint = certificate.fingerprint(SHA256()).hex()[:32]
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Pair(fingerprint, certificate.public_bytes(Encoding.PEM).decode(), secret)


def sign(key: bytes, message: bytes, version: str) -> bytes:
    """PKCS #1 v1.5 over SHA-1 for version 1, as SNS has it, and over SHA-256 for version 2."""
    digest = SHA1() if version == "1" else SHA256()
    return load_der_private_key(key, None).sign(message, padding.PKCS1v15(), digest)
