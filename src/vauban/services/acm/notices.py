"""What EventBridge is told of certificates.

Source: https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html
"""

from vauban.kernel.calls import Call
from vauban.services.acm.associations import in_use
from vauban.services.acm.resources import Certificate


def available(call: Call, certificate: Certificate, action: str) -> None:
    """Issued, renewed or imported anew."""
    call.emit(
        "ACM Certificate Available",
        certificate.arn,
        Action=action,
        CertificateType=certificate.kind,
        CommonName=certificate.domain_names[0],
        CertificateExpirationDate=f"{certificate.read.not_after:%Y-%m-%dT%H:%M:%SZ}",
        DaysToExpiry=certificate.days_left(call.now),
        InUse=in_use(call, certificate),
        Exported=certificate.exported is not None,
    )


def approaching_expiration(call: Call, certificate: Certificate) -> None:
    call.emit(
        "ACM Certificate Approaching Expiration",
        certificate.arn,
        DaysToExpiry=certificate.days_left(call.now),
        CommonName=certificate.domain_names[0],
    )


def expired(call: Call, certificate: Certificate) -> None:
    call.emit(
        "ACM Certificate Expired",
        certificate.arn,
        CertificateType=certificate.kind,
        CommonName=certificate.domain_names[0],
        CertificateExpirationDate=f"{certificate.read.not_after:%Y-%m-%dT%H:%M:%SZ}",
        InUse=in_use(call, certificate),
        Exported=certificate.exported is not None,
    )


def renewal_action_required(call: Call, certificate: Certificate, reason: str) -> None:
    call.emit(
        "ACM Certificate Renewal Action Required",
        certificate.arn,
        CertificateType=certificate.kind,
        RenewalStatusReason=reason,
        DaysToExpiry=certificate.days_left(call.now),
        CommonName=certificate.domain_names[0],
        InUse=in_use(call, certificate),
        Exported=certificate.exported is not None,
    )


def revoked(call: Call, certificate: Certificate) -> None:
    call.emit("ACM Certificate Revoked", certificate.arn, CommonName=certificate.domain_names[0])
