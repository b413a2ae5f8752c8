"""What proves an attestation document: a signature of COSE (RFC 9052) and a chain of certificates (RFC 5280)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

MOST_CERTIFICATES = 8
SIGNATURE_SIZE = 96
RSA_BITS = (2048, 3072, 4096)


class InvalidAttestation(ValueError):
    """Why a document proves nothing; the message is for the caller."""


def read_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises ValueError where there is none, or one is malformed."""
    return tuple(x509.load_pem_x509_certificates(pem))


def verify_chain(
    roots: Sequence[x509.Certificate], leaf_der: bytes, bundle_der: Sequence[bytes], moment: float
) -> ec.EllipticCurvePublicKey:
    """The leaf's public key (P-384), the chain from a root to it being valid at ``moment`` (epoch seconds).

    Raises InvalidAttestation.
    """
    try:
        leaf = x509.load_der_x509_certificate(leaf_der)
        bundle = [x509.load_der_x509_certificate(each) for each in bundle_der]
        verifier = (
            PolicyBuilder()
            .store(Store(list(roots)))
            .time(datetime.fromtimestamp(moment, UTC))
            .max_chain_depth(MOST_CERTIFICATES)
            .extension_policies(ca_policy=_AUTHORITIES, ee_policy=_LEAVES)
            .build_client_verifier()
        )
        verifier.verify(leaf, bundle)
        key = leaf.public_key()
    except (VerificationError, ValueError, TypeError, OverflowError):
        raise InvalidAttestation("its certificate is not of a chain from the root of attestation") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise InvalidAttestation("its certificate's key is not one of P-384")
    return key


def verify_es384(key: ec.EllipticCurvePublicKey, signed: bytes, signature: bytes) -> None:
    """Raises InvalidAttestation unless ``signature`` (r and s, 48 bytes each) is one of ``signed``."""
    if len(signature) != SIGNATURE_SIZE:
        raise InvalidAttestation("its signature is not as long as one of ES384")
    r, s = int.from_bytes(signature[:48]), int.from_bytes(signature[48:])
    try:
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA384()))
    except InvalidSignature:
        raise InvalidAttestation("its signature does not hold") from None


def read_recipient(spki_der: bytes) -> rsa.RSAPublicKey:
    """The RSA key that a document carries. Raises InvalidAttestation for another one."""
    try:
        key = load_der_public_key(spki_der)
    except Exception:  # noqa: BLE001 - whatever a parser has against it, it is no key
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in RSA_BITS:
        raise InvalidAttestation("its public key is not an RSA key of 2048, 3072 or 4096 bits")
    return key


def _is_authority(_policy: object, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("a certificate that is no authority's signed another")


def _may_certify(_policy: object, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("a key that may not sign certificates signed one")


def _may_sign(_policy: object, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.digital_signature:
        raise ValueError("the leaf's key may not sign")


_AUTHORITIES = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_certify)
)
_LEAVES = ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
