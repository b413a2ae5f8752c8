"""An authority's own certificate: its request, and what others made of it."""

from typing import Any

from vauban.crypto.authorities import authority_constraints, is_issued_by, public_key_digest, read_request
from vauban.crypto.pem import Certificate as Read
from vauban.crypto.pem import read_certificate, read_certificates
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm_pca.errors import (
    CertificateMismatchException,
    InvalidRequestException,
    InvalidStateException,
    MalformedCertificateException,
    wrong_state,
)
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import ACTIVE, DISABLED, PENDING, CertificateAuthority
from vauban.services.acm_pca.revocation_lists import keep_lists
from vauban.services.acm_pca.states import require_there


@operation("GetCertificateAuthorityCsr", on=an_authority)
def get_certificate_authority_csr(call: Call, authority: CertificateAuthority) -> dict[str, Any]:
    require_there(authority)
    return {"Csr": authority.csr}


@operation("GetCertificateAuthorityCertificate", on=an_authority)
def get_certificate_authority_certificate(call: Call, authority: CertificateAuthority) -> dict[str, Any]:
    if not authority.certificate:
        raise InvalidStateException(
            f"The certificate authority {authority.arn} is not in the correct state to have a certificate"
        )
    told = {"Certificate": authority.certificate, "CertificateChain": authority.chain}
    return {name: pem for name, pem in told.items() if pem}


@operation("ImportCertificateAuthorityCertificate", on=an_authority)
def import_certificate_authority_certificate(
    call: Call, authority: CertificateAuthority, certificate: bytes, certificate_chain: bytes = b""
) -> None:
    if authority.status not in (PENDING, ACTIVE, DISABLED):
        raise wrong_state(authority.status)
    own, chain = _read(certificate, certificate_chain)
    _require_own(call, authority, own)
    if authority.kind == "ROOT":
        _require_root(own, chain)
    else:
        _require_subordinate(own, chain)
    imported = replace(
        authority,
        status=DISABLED if authority.status == DISABLED else ACTIVE,
        changed=call.now,
        certificate=certificate.decode().strip(),
        chain=certificate_chain.decode().strip(),
        serial=f"{own.x509.serial_number:x}",
        not_before=own.not_before,
        not_after=own.not_after,
    )
    call.store.put(imported)
    keep_lists(call, imported)


def _read(certificate: bytes, chain: bytes) -> tuple[Read, list[Read]]:
    """Raises MalformedCertificateException."""
    try:
        return read_certificate(certificate.decode()), read_certificates(chain.decode()) if chain.strip() else []
    except (ValueError, UnicodeDecodeError) as error:
        raise MalformedCertificateException(f"The certificate cannot be read: {error}") from None


def _require_own(call: Call, authority: CertificateAuthority, own: Read) -> None:
    request = read_request(authority.csr.encode())
    if public_key_digest(request.public_key) != own.sha256_of_key:
        raise CertificateMismatchException("The certificate is not of this certificate authority's key.")
    if own.x509.subject != request.subject:
        raise CertificateMismatchException("The certificate's subject is not the certificate authority's.")
    if not authority_constraints(own.x509)[0]:
        raise MalformedCertificateException("The certificate is not one of a certificate authority.")
    if not own.not_before <= call.now < own.not_after:
        raise MalformedCertificateException("The certificate is not valid now.")


def _require_root(own: Read, chain: list[Read]) -> None:
    if chain:
        raise InvalidRequestException("A root certificate authority has no certificate chain.")
    if not is_issued_by(own.x509, own.x509):
        raise CertificateMismatchException("The certificate of a root certificate authority signs itself.")


def _require_subordinate(own: Read, chain: list[Read]) -> None:
    if not chain:
        raise InvalidRequestException("A subordinate certificate authority needs its certificate chain.")
    if is_issued_by(own.x509, own.x509):
        raise InvalidRequestException("A self-signed certificate cannot be a subordinate certificate authority's.")
    path = [own, *chain]
    for depth, (issued, issuer) in enumerate(zip(path, chain, strict=False)):
        authority, length = authority_constraints(issuer.x509)
        if not is_issued_by(issued.x509, issuer.x509):
            raise CertificateMismatchException("Each certificate of the chain must sign the one before it.")
        if not authority or (length is not None and length < depth):
            raise CertificateMismatchException("A certificate of the chain may not sign authorities as deep as this.")
        if issued.not_after > issuer.not_after:
            raise CertificateMismatchException("The certificate is valid for longer than the one that signed it.")
    if not is_issued_by(chain[-1].x509, chain[-1].x509):
        raise CertificateMismatchException("The last certificate of the chain must be a root's.")
