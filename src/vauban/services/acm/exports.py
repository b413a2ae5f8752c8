"""Certificates taken elsewhere with their keys, and revoked once they were."""

import re
from typing import Any

from vauban.crypto.pem import encrypted_private_key
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm import notices
from vauban.services.acm.associations import in_use
from vauban.services.acm.errors import ConflictException, RequestInProgressException, ResourceInUseException
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import IMPORTED, ISSUED, PENDING, PUBLIC, REVOKED, Certificate
from vauban.services.acm.schedules import next_due

_PASSPHRASE = re.compile(rb"[\x20-\x7e]+")
_PROHIBITED = b"#$%"


@operation("ExportCertificate", on=a_certificate, audit_result=False)
def export_certificate(call: Call, certificate: Certificate, passphrase: bytes) -> dict[str, Any]:
    if certificate.state == PENDING:
        raise RequestInProgressException(f"The certificate {certificate.arn} has not been issued yet.")
    if certificate.kind == IMPORTED or certificate.export_option != "ENABLED" or certificate.state != ISSUED:
        raise ValidationException(f"Certificate ARN: {certificate.arn} is not a private certificate")
    if not _PASSPHRASE.fullmatch(passphrase) or any(each in _PROHIBITED for each in passphrase):
        raise ValidationException("The passphrase must be ASCII characters other than #, $ and %.")
    exported = replace(certificate, exported=call.second)
    call.store.put(replace(exported, due_at=next_due(call, exported)))
    return {
        "Certificate": certificate.body,
        "CertificateChain": certificate.chain,
        "PrivateKey": call.slowly(encrypted_private_key, certificate.private_key, passphrase),
    }


@operation("RevokeCertificate", on=a_certificate)
def revoke_certificate(call: Call, certificate: Certificate, revocation_reason: str) -> dict[str, Any]:
    if certificate.kind != PUBLIC or certificate.exported is None:
        raise ValidationException("Only public certificates that have been exported can be revoked.")
    if certificate.state == REVOKED:
        raise ConflictException(f"The certificate {certificate.arn} has already been revoked.")
    if in_use(call, certificate):
        raise ResourceInUseException(f"Certificate {certificate.arn} in account {call.account} is in use.")
    revoked = replace(certificate, state=REVOKED, revoked=call.second, reason=revocation_reason, due_at=None)
    call.store.put(revoked)
    notices.revoked(call, revoked)
    return {"CertificateArn": revoked.arn}
