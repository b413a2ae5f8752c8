"""Certificate authorities: their requests, what they issue, what they revoke (RFC 2986, RFC 5280, RFC 6960).

Algorithms are named as AWS Private CA names them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtensionOID, OCSPExtensionOID

from vauban.crypto.extensions import Extension, basic_constraints, issuing_distribution_point, key_usage, requested
from vauban.crypto.x509_names import subject_name

KEY_SPECS = {
    "RSA_2048": "RSA_2048",
    "RSA_3072": "RSA_3072",
    "RSA_4096": "RSA_4096",
    "EC_prime256v1": "ECC_NIST_P256",
    "EC_secp384r1": "ECC_NIST_P384",
    "EC_secp521r1": "ECC_NIST_P521",
    "ML_DSA_44": "ML_DSA_44",
    "ML_DSA_65": "ML_DSA_65",
    "ML_DSA_87": "ML_DSA_87",
}
"""Key algorithms -> key specs of `materials.generate`."""
_HASHES = {"SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}
_OWN = {ExtensionOID.SUBJECT_KEY_IDENTIFIER.dotted_string, ExtensionOID.AUTHORITY_KEY_IDENTIFIER.dotted_string}
_REASONS = {
    "UNSPECIFIED": x509.ReasonFlags.unspecified,
    "KEY_COMPROMISE": x509.ReasonFlags.key_compromise,
    "CERTIFICATE_AUTHORITY_COMPROMISE": x509.ReasonFlags.ca_compromise,
    "AFFILIATION_CHANGED": x509.ReasonFlags.affiliation_changed,
    "SUPERSEDED": x509.ReasonFlags.superseded,
    "CESSATION_OF_OPERATION": x509.ReasonFlags.cessation_of_operation,
    "PRIVILEGE_WITHDRAWN": x509.ReasonFlags.privilege_withdrawn,
    "A_A_COMPROMISE": x509.ReasonFlags.aa_compromise,
}


class Revoked(NamedTuple):
    serial: int
    at: datetime
    reason: str


class Request(NamedTuple):
    """A certificate signing request, read and proven."""

    subject: x509.Name
    public_key: Any
    extensions: list[Extension]


@dataclass(frozen=True)
class Authority:
    """A key that signs, under the name and by the identifier that its certificates are found by."""

    key: Any
    name: x509.Name
    key_identifier: x509.SubjectKeyIdentifier
    certificate: x509.Certificate | None = None

    def issue(
        self,
        request: Request,
        extensions: Iterable[Extension],
        not_before: datetime,
        not_after: datetime,
        algorithm: str,
        serial: int,
        subject: Mapping[str, Any] | None = None,
        *,
        itself: bool = False,
    ) -> str:
        """A certificate in PEM. ``subject`` is an ASN1Subject that goes before the request's own; ``itself`` says that
        the request is the authority's. Raises ValueError."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_name(subject) if subject else request.subject)
            .issuer_name(self.name)
            .public_key(request.public_key)
            .serial_number(serial)
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(request.public_key), critical=False)
        )
        if not itself:
            builder = builder.add_extension(self._authority_key, critical=False)
        for extension in extensions:
            if extension.oid not in _OWN:
                builder = builder.add_extension(extension.unrecognized, critical=extension.critical)
        signed = builder.sign(self.key, _hash(algorithm), rsa_padding=_padding(algorithm))
        return signed.public_bytes(Encoding.PEM).decode()

    def revocation_list(
        self, revoked: Iterable[Revoked], now: datetime, until: datetime, number: int, algorithm: str, url: str = ""
    ) -> bytes:
        """A complete CRL, or the part of it that is found at ``url``, in DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(now)
            .next_update(until)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(self._authority_key, critical=False)
        )
        if url:
            builder = builder.add_extension(issuing_distribution_point(url), critical=True)
        for each in revoked:
            builder = builder.add_revoked_certificate(_entry(each))
        signed = builder.sign(self.key, _hash(algorithm), rsa_padding=_padding(algorithm))
        return signed.public_bytes(Encoding.DER)

    @property
    def _authority_key(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self.key_identifier)


def authority(key_der: bytes, subject: Mapping[str, Any], certificate: str = "") -> Authority:
    """Of a key (PKCS #8 in DER) with a certificate in PEM, or of one that is to have the name ``subject``."""
    key = load_der_private_key(key_der, None, unsafe_skip_rsa_key_validation=True)
    if not certificate:
        return Authority(key, subject_name(subject), x509.SubjectKeyIdentifier.from_public_key(key.public_key()))
    own = x509.load_pem_x509_certificate(certificate.encode())
    try:
        identifier = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return Authority(key, own.subject, identifier, own)


def signing_request(key_der: bytes, subject: Mapping[str, Any], extensions: Iterable[Extension], algorithm: str) -> str:
    """A certificate signing request in PEM (RFC 2986). Raises ValueError for a subject that can be none."""
    key = load_der_private_key(key_der, None, unsafe_skip_rsa_key_validation=True)
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject_name(subject))
    for extension in extensions:
        builder = builder.add_extension(extension.unrecognized, critical=extension.critical)
    signed = builder.sign(key, _hash(algorithm), rsa_padding=_padding(algorithm))
    return signed.public_bytes(Encoding.PEM).decode()


def read_request(pem: bytes) -> Request:
    """A request whose signature proves that its sender has the key. Raises ValueError."""
    try:
        request = x509.load_pem_x509_csr(pem)
        valid = request.is_signature_valid
        public_key = request.public_key()
        extensions = requested(request)
    except (UnsupportedAlgorithm, TypeError, x509.DuplicateExtension) as error:
        raise ValueError("the certificate signing request cannot be read") from error
    if not valid:
        raise ValueError("the certificate signing request is not signed by its key")
    _require_strength(public_key)
    return Request(request.subject, public_key, extensions)


def suits(key_algorithm: str, signing_algorithm: str) -> bool:
    """Whether a key of the one kind signs by the other."""
    if key_algorithm.startswith("ML_DSA"):
        return key_algorithm == signing_algorithm
    family = "RSA" if key_algorithm.startswith("RSA") else "ECDSA"
    return f"WITH{family}" in signing_algorithm


def public_key_digest(public_key: Any) -> str:
    """What two certificates of one key have in common: SHA-256 over its SubjectPublicKeyInfo, in hex."""
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether name and signature are the issuer's."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def authority_constraints(certificate: x509.Certificate) -> tuple[bool, int | None]:
    """Whether it may issue certificates, and how many authorities may stand below it."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False, None
    return constraints.ca, constraints.path_length


def issuer_hashes(certificate: str) -> tuple[str, ...]:
    """By what OCSP requests name the issuer (RFC 6960 §4.1.1): digests of its key in hex, SHA-1 and SHA-256."""
    own = x509.load_pem_x509_certificate(certificate.encode())
    builder = ocsp.OCSPRequestBuilder()
    asked = [builder.add_certificate(own, own, chosen).build() for chosen in (hashes.SHA1(), hashes.SHA256())]
    return tuple(each.issuer_key_hash.hex() for each in asked)


class StatusRequest(NamedTuple):
    issuer_key_hash: str
    serial: int
    request: ocsp.OCSPRequest


def read_status_request(der: bytes) -> StatusRequest:
    """An OCSP request for one certificate. Raises ValueError."""
    try:
        request = ocsp.load_der_ocsp_request(der)
        return StatusRequest(request.issuer_key_hash.hex(), request.serial_number, request)
    except (NotImplementedError, UnsupportedAlgorithm) as error:
        raise ValueError("the request cannot be answered") from error


def status_response(
    own: Authority,
    asked: StatusRequest,
    revoked: Revoked | None,
    known: bool,
    now: datetime,
    until: datetime,
    algorithm: str,
) -> bytes:
    """The answer, signed by the authority itself, in DER (RFC 6960 §4.2)."""
    status = ocsp.OCSPCertStatus
    request = asked.request
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=status.REVOKED if revoked else status.GOOD if known else status.UNKNOWN,
            this_update=now,
            next_update=until,
            revocation_time=revoked.at if revoked else None,
            revocation_reason=_REASONS[revoked.reason] if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, own.certificate)
    )
    for extension in request.extensions:
        if extension.oid == OCSPExtensionOID.NONCE:
            builder = builder.add_extension(extension.value, critical=False)
    return builder.sign(own.key, _hash(algorithm)).public_bytes(Encoding.DER)


def malformed_status_response() -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST).public_bytes(
        Encoding.DER
    )


def unauthorized_status_response() -> bytes:
    """For certificates of authorities that are not ours (RFC 5019 §2.2.3)."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(Encoding.DER)


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(revoked.serial).revocation_date(revoked.at)
    if revoked.reason != "UNSPECIFIED":
        builder = builder.add_extension(x509.CRLReason(_REASONS[revoked.reason]), critical=False)
    return builder.build()


def _require_strength(public_key: Any) -> None:
    if isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size < 1024:
        raise ValueError("the key is too weak")
    if isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.key_size < 224:
        raise ValueError("the key is too weak")


def _hash(algorithm: str) -> hashes.HashAlgorithm | None:
    made = _HASHES.get(algorithm.partition("WITH")[0])
    return made() if made else None


def _padding(algorithm: str) -> padding.PSS | None:
    if not algorithm.endswith("_PSS"):
        return None
    chosen = _HASHES[algorithm.partition("WITH")[0]]()
    return padding.PSS(padding.MGF1(chosen), chosen.digest_size)


def serial_number(random: bytes) -> int:
    """From random octets: positive, and as long as they are (RFC 5280 §4.1.2.2)."""
    return int.from_bytes(bytes((random[0] & 0x7F | 0x40,)) + random[1:], "big")


def create_root(key_der: bytes, subject: Mapping[str, Any], now: datetime, until: datetime, serial: int) -> str:
    """The certificate of a root authority, in PEM, which may have authorities below it. For EC keys."""
    algorithm = "SHA256WITHECDSA"
    request = read_request(signing_request(key_der, subject, (), algorithm).encode())
    extensions = (
        basic_constraints(ca=True),
        key_usage({"DigitalSignature": True, "KeyCertSign": True, "CRLSign": True}),
    )
    return authority(key_der, subject).issue(request, extensions, now, until, algorithm, serial, itself=True)
