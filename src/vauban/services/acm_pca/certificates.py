"""Certificates: issued, and had again."""

import re
from datetime import timedelta
from typing import Any

from vauban.crypto.authorities import Request, authority_constraints, public_key_digest, read_request, serial_number
from vauban.crypto.pem import read_certificate
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.acm_pca.configurations import require_algorithm
from vauban.services.acm_pca.errors import (
    InvalidArgsException,
    InvalidArnException,
    MalformedCSRException,
    certificate_not_found,
    wrong_state,
)
from vauban.services.acm_pca.issuance import ALTERNATIVE_NAMES, extensions
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import (
    ACTIVE,
    DELETED,
    PENDING,
    Certificate,
    CertificateAuthority,
    certificate_id,
)
from vauban.services.acm_pca.revocation_lists import crl_url, ensure_list, new_partition, ocsp_url
from vauban.services.acm_pca.templates import DEFAULT, Template, template
from vauban.services.acm_pca.validities import period

TOKEN_LIVES = timedelta(minutes=5)
_ARN = re.compile(r"(arn:aws[a-z-]*:acm-pca:.*:certificate-authority/[0-9a-f-]{36})/certificate/([0-9a-f]{1,40})")


@operation("IssueCertificate", on=an_authority)
def issue_certificate(
    call: Call,
    authority: CertificateAuthority,
    csr: bytes,
    signing_algorithm: str,
    validity: dict[str, Any],
    template_arn: str = DEFAULT,
    api_passthrough: dict[str, Any] | None = None,
    validity_not_before: dict[str, Any] | None = None,
    idempotency_token: str | None = None,
) -> dict[str, Any]:
    if existing := _issued_before(call, authority, idempotency_token):
        return {"CertificateArn": existing.arn}
    form = template(template_arn)
    _require_able(call, authority, form)
    require_algorithm(authority.configuration["KeyAlgorithm"], signing_algorithm)
    request = _request(csr)
    _require_depth(authority, form)
    _require_own(authority, form, request)
    passed = (api_passthrough or {}) if form.api else {}
    _require_named(request, passed)
    start, end = period(call, authority, validity, validity_not_before)
    serial, partition = f"{serial_number(call.random(16)):x}", new_partition(call, authority)
    wanted = extensions(form, request, passed, crl_url(call, authority, partition), ocsp_url(call, authority))
    subject = passed.get("Subject")
    pem = _signed(authority, request, wanted, (start, end), signing_algorithm, serial, subject, form.root)
    issued = Certificate(
        certificate_id(authority.authority_id, serial),
        authority.account,
        authority.region,
        authority.authority_id,
        serial,
        pem,
        read_certificate(pem).x509.subject.rfc4514_string(),
        call.now,
        start,
        end,
        template_arn,
        call.principal.arn if call.principal.kind == "service" else call.principal.account,
        idempotency_token,
        partition=partition,
    )
    call.store.put(issued)
    ensure_list(call, authority, partition)
    call.emit("ACM Private CA Certificate Issuance", authority.arn, issued.arn, result="success")
    return {"CertificateArn": issued.arn}


@operation("GetCertificate", on=an_authority)
def get_certificate(call: Call, authority: CertificateAuthority, certificate_arn: str) -> dict[str, Any]:
    if authority.status == DELETED:
        raise wrong_state(authority.status)
    match = _ARN.fullmatch(certificate_arn)
    if match is None or match[1] != authority.arn:
        raise InvalidArnException(f"The specified ARN is not valid: {certificate_arn}")
    found = call.store.get(Certificate, certificate_id(authority.authority_id, match[2]))
    if found is None:
        raise certificate_not_found(certificate_arn)
    if template(found.template).root:
        return {"Certificate": found.pem.strip()}
    chain = [authority.certificate, authority.chain]
    return {"Certificate": found.pem.strip(), "CertificateChain": "\n".join(pem for pem in chain if pem)}


def _issued_before(call: Call, authority: CertificateAuthority, token: str | None) -> Certificate | None:
    if token is None:
        return None
    found = call.store.list(Certificate, index="token", value=f"{authority.authority_id} {token}")
    return next((each for each in found if call.now < each.issued + TOKEN_LIVES), None)


def _require_able(call: Call, authority: CertificateAuthority, form: Template) -> None:
    """A root that waits for its certificate may make that one; all else takes an authority that is active."""
    status = authority.status_at(call.now)
    if status != ACTIVE and not (form.root and status == PENDING):
        raise wrong_state(status)
    if form.root and authority.kind != "ROOT":
        raise InvalidArgsException(f"The template {form.arn} is for root certificate authorities.")


def _request(csr: bytes) -> Request:
    try:
        return read_request(csr)
    except ValueError as error:
        raise MalformedCSRException(f"The certificate signing request is not valid: {error}") from None


def _require_depth(authority: CertificateAuthority, form: Template) -> None:
    """An authority may certify only such as stand less deep than it may itself (RFC 5280 §4.2.1.9)."""
    if not form.authority or form.root or not authority.certificate:
        return
    _, allowed = authority_constraints(read_certificate(authority.certificate).x509)
    if allowed is not None and form.path_length is not None and form.path_length >= allowed:
        raise InvalidArgsException(
            f"The path length {form.path_length} exceeds what the certificate authority's own of {allowed} allows."
        )


def _require_own(authority: CertificateAuthority, form: Template, request: Request) -> None:
    if form.root and public_key_digest(request.public_key) != public_key_digest(authority.signer.key.public_key()):
        raise InvalidArgsException("A root certificate is made from the certificate authority's own request.")


def _require_named(request: Request, passed: dict[str, Any]) -> None:
    named = passed.get("Subject") or passed.get("Extensions", {}).get("SubjectAlternativeNames")
    if not named and not list(request.subject) and all(each.oid != ALTERNATIVE_NAMES for each in request.extensions):
        raise MalformedCSRException("The request must provide either a subject name or a subject alternative name.")


def _signed(
    authority: CertificateAuthority,
    request: Request,
    wanted: list[Any],
    between: tuple[Any, Any],
    algorithm: str,
    serial: str,
    subject: dict[str, Any] | None,
    itself: bool,
) -> str:
    """Raises InvalidArgsException for a subject that is none."""
    try:
        return authority.signer.issue(request, wanted, *between, algorithm, int(serial, 16), subject, itself=itself)
    except ValueError as error:
        raise InvalidArgsException(str(error)) from None
