"""Certificates for our own TLS (RFC 5280): a small local authority, and leaves of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""What browsers and Apple's platforms accept at most of a TLS server is 398."""
CLOCK_SKEW = timedelta(hours=1)


def self_signed(hosts: Sequence[str], now: datetime | None = None) -> tuple[bytes, bytes]:
    """A chain in PEM, the leaf and then its authority, and the leaf's key. The authority's key is forgotten at once.

    Trust the last certificate of the chain. Raises ValueError where ``hosts`` are no host names or IP addresses.
    """
    authority, authority_key = create_authority(now)
    leaf, key = issue(hosts, authority, authority_key, now)
    return leaf + authority, key


def create_authority(now: datetime | None = None, name: str = "Vauban local authority") -> tuple[bytes, bytes]:
    """A certificate authority and its key, in PEM (P-256). It signs leaves, no further authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    usage = _key_usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM), _pem(key)


def issue(
    hosts: Sequence[str], authority_pem: bytes, authority_key_pem: bytes, now: datetime | None = None
) -> tuple[bytes, bytes]:
    """A TLS server's certificate and its key, in PEM (P-256). Raises ValueError as ``self_signed`` does."""
    authority = x509.load_pem_x509_certificate(authority_pem)
    authority_key = load_pem_private_key(authority_key_pem, None)
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    builder = (
        _builder(_name("Vauban"), authority.subject, key.public_key(), now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternative_names(hosts), critical=False)
        .add_extension(issuer, critical=False)
    )
    return builder.sign(authority_key, SHA256()).public_bytes(Encoding.PEM), _pem(key)


def is_authority(certificate_pem: bytes) -> bool:
    """Whether ``certificate_pem`` is a certificate that signs itself."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem)
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime | None, days: int
) -> x509.CertificateBuilder:
    start = (now or datetime.now(UTC)) - CLOCK_SKEW
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _alternative_names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    if not hosts:
        raise ValueError("a certificate is for one host at least")
    return x509.SubjectAlternativeName([_alternative_name(host) for host in hosts])


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        if not host or not host.isascii():
            raise ValueError(f"{host!r} is no host name in ASCII") from None
        return x509.DNSName(host)


def _key_usage(**used: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: used.get(name, False) for name in names})


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def host_names(chain_pem: bytes) -> tuple[str, ...]:
    """What the first certificate of a chain is for: its alternative DNS names and IP addresses, or its common name.

    Raises ValueError where it is none.
    """
    certificate = x509.load_pem_x509_certificate(chain_pem)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(each.value) for each in common)
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))


def encrypted_key(key_pem: bytes, password: bytes) -> bytes:
    """A private key in PEM, encrypted. Raises ValueError where it is none."""
    try:
        key = load_pem_private_key(key_pem, None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the private key is encrypted or of no known kind") from error
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
