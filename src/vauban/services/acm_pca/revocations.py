"""Revocation, and what is answered to those who ask for it (RFC 6960)."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from vauban.crypto.authorities import (
    StatusRequest,
    malformed_status_response,
    read_status_request,
    status_response,
    unauthorized_status_response,
)
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.paths import CRL_PATH, OCSP_PATH
from vauban.kernel.records import replace
from vauban.kernel.stores import Records, Store
from vauban.services.acm_pca.errors import (
    InvalidArgsException,
    InvalidRequestException,
    RequestAlreadyProcessedException,
    ResourceNotFoundException,
    wrong_state,
)
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import (
    ACTIVE,
    DISABLED,
    Certificate,
    CertificateAuthority,
    RevocationList,
    certificate_id,
)
from vauban.services.acm_pca.revocation_lists import hasten
from vauban.services.acm_pca.templates import template

RESPONSE_LIVES = timedelta(hours=1)
_SERIAL = re.compile(r"(?:0x)?([0-9A-Fa-f]{1,2}(?::?[0-9A-Fa-f]{2})*)")


@operation("RevokeCertificate", on=an_authority)
def revoke_certificate(
    call: Call, authority: CertificateAuthority, certificate_serial: str, revocation_reason: str
) -> None:
    status = authority.status_at(call.now)
    if status not in (ACTIVE, DISABLED):
        raise wrong_state(status)
    certificate = _certificate(call, authority, certificate_serial)
    if certificate.revoked is not None:
        raise RequestAlreadyProcessedException(f"The certificate {certificate_serial} has already been revoked.")
    if template(certificate.template).root:
        raise InvalidRequestException("Self-signed certificate can not be revoked")
    call.store.put(replace(certificate, revoked=call.second, reason=revocation_reason))
    hasten(call, authority, certificate.partition)
    call.emit("ACM Private CA Certificate Revocation", authority.arn, certificate.arn, result="success")


def _certificate(call: Call, authority: CertificateAuthority, text: str) -> Certificate:
    """Raises InvalidArgsException or ResourceNotFoundException."""
    match = _SERIAL.fullmatch(text)
    if match is None:
        raise InvalidArgsException(f"The serial number {text} is not in hexadecimal format.")
    serial = match[1].replace(":", "").lower().lstrip("0")
    found = call.store.get(Certificate, certificate_id(authority.authority_id, serial))
    if found is None:
        raise ResourceNotFoundException(f"Could not find a certificate with the serial number {text}")
    return found


def answer(store: Store, now: float, der: bytes) -> bytes:
    """The response to an OCSP request, in DER."""
    try:
        asked = read_status_request(der)
    except ValueError:
        return malformed_status_response()
    moment = datetime.fromtimestamp(int(now), UTC)
    for authority, records in _issuers(store, asked):
        found = records.get(Certificate, certificate_id(authority.authority_id, f"{asked.serial:x}"))
        revoked = found.revocation if found else None
        ends = moment + RESPONSE_LIVES
        return status_response(authority.signer, asked, revoked, found is not None, moment, ends, authority.algorithm)
    return unauthorized_status_response()


def asked_by(path: str) -> bytes:
    """The request in a GET's path: Base64, its own characters percent-encoded or not."""
    try:
        return base64.b64decode(unquote(path.removeprefix(OCSP_PATH).lstrip("/")), validate=True)
    except ValueError:
        return b""


def revocation_list(store: Store, path: str) -> bytes | None:
    """The CRL that is found at a path of this server, in DER."""
    found = store.begin().at("", "").list(RevocationList, index="file", value=path.removeprefix(CRL_PATH))
    return next((each.content for each in found if each.content), None)


def _issuers(store: Store, asked: StatusRequest) -> Iterator[tuple[CertificateAuthority, Records]]:
    for account, region in store.places(CertificateAuthority):
        records = store.begin().at(account, region)
        for authority in records.list(CertificateAuthority, index="issuer", value=asked.issuer_key_hash):
            if authority.ocsp["Enabled"] and authority.status in (ACTIVE, DISABLED):
                yield authority, records
