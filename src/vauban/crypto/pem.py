"""Certificates and keys that callers upload in PEM, read and held against each other."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_public_key,
)


class Certificate(NamedTuple):
    not_before: datetime
    not_after: datetime
    public_key: bytes
    """SubjectPublicKeyInfo in DER."""
    x509: x509.Certificate

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.x509.public_bytes(Encoding.DER)).hexdigest()

    @property
    def sha256_of_key(self) -> str:
        return hashlib.sha256(self.public_key).hexdigest()


class SshKey(NamedTuple):
    openssh: str
    """``ssh-rsa AAAA…``."""
    pem: str
    fingerprint: str
    """MD5 over the key, as OpenSSH tells it: 16 octets in hex, parted by colons."""
    bits: int


def read_certificate(pem: str) -> Certificate:
    """One certificate. Raises ValueError."""
    certificates = read_certificates(pem)
    if len(certificates) != 1:
        raise ValueError("one certificate is wanted")
    return certificates[0]


def read_certificates(pem: str) -> list[Certificate]:
    """All certificates, in their order. Raises ValueError where there is none."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        return [
            Certificate(
                each.not_valid_before_utc,
                each.not_valid_after_utc,
                each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
                each,
            )
            for each in found
        ]
    except (UnsupportedAlgorithm, UnicodeError) as error:
        raise ValueError("the certificate cannot be read") from error


def is_chain(certificates: Sequence[Certificate]) -> bool:
    """Whether each is signed by the next."""
    for issued, issuer in pairwise(certificates):
        try:
            issued.x509.verify_directly_issued_by(issuer.x509)
        except (ValueError, TypeError, InvalidSignature):
            return False
    return True


def public_key_of(private_key_pem: str) -> bytes:
    """The public half of an unencrypted private key: SubjectPublicKeyInfo in DER. Raises ValueError."""
    try:
        key = load_pem_private_key(private_key_pem.encode(), None)
    except (TypeError, UnsupportedAlgorithm, UnicodeError) as error:
        raise ValueError("the private key cannot be read") from error
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def private_key_pem(pkcs8_der: bytes) -> bytes:
    """A private key in DER as PEM, not encrypted."""
    key = load_der_private_key(pkcs8_der, None, unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encrypted_private_key(private_key_pem: bytes, passphrase: bytes) -> str:
    """A private key in PEM under a passphrase: PKCS #8, PBES2 with AES-256 (RFC 8018)."""
    key = load_pem_private_key(private_key_pem, None, unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)).decode()


def read_ssh_key(text: str) -> SshKey:
    """An RSA key in OpenSSH's form or in PEM. Raises ValueError."""
    try:
        load = load_pem_public_key if text.lstrip().startswith("-----BEGIN") else load_ssh_public_key
        key = load(text.strip().encode())
    except (UnsupportedAlgorithm, UnicodeError) as error:
        raise ValueError("the key cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("an RSA key is wanted")
    openssh = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return SshKey(openssh, pem, _fingerprint(openssh), key.key_size)


def _fingerprint(openssh: str) -> str:
    digest = hashlib.md5(base64.b64decode(openssh.split()[1]), usedforsecurity=False)
    return digest.digest().hex(":")
