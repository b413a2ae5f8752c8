"""What the clock does for certificates: proofs looked for, renewal under the same ARN, notices of the end."""

from datetime import timedelta

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import ServiceEvent, operation, when_due
from vauban.kernel.records import replace
from vauban.services.acm import notices
from vauban.services.acm.emails import mail
from vauban.services.acm.issuance import issued
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import (
    CLOUDTRAIL_TYPE,
    EMAIL,
    ISSUED,
    PENDING,
    PRIVATE,
    PUBLIC,
    TIMED_OUT,
    Certificate,
)
from vauban.services.acm.schedules import is_renewable, next_due, notice_days, renews_at
from vauban.services.acm.validations import proven, still_proven

TIME_OUT = timedelta(hours=72)
SOON = timedelta(minutes=10)
OFTEN, SELDOM = timedelta(seconds=10), timedelta(minutes=5)
"""How often proofs are looked for: at first, and later."""
AGAIN = timedelta(days=1)
"""After a renewal failed."""


@operation("RenewCertificate", on=a_certificate)
def renew_certificate(call: Call, certificate: Certificate) -> None:
    """Asks for a renewal; it is done by the clock, at once."""
    if certificate.kind != PRIVATE or certificate.status(call.now) != ISSUED or not is_renewable(call, certificate):
        raise ValidationException(f"The certificate {certificate.arn} is not eligible for renewal.")
    call.store.put(replace(certificate, renewal="PENDING_AUTO_RENEWAL", renewed=call.second, due_at=call.now))


@when_due(Certificate)
def look_after(call: ServiceCall, certificate: Certificate) -> ServiceEvent | None:
    if certificate.state == PENDING:
        return _look_for_proofs(call, certificate)
    if certificate.state != ISSUED:
        call.store.put(replace(certificate, due_at=None))
        return None
    wanted = certificate.renewal == "PENDING_AUTO_RENEWAL" or renews_at(certificate) <= call.now
    if wanted and is_renewable(call, certificate):
        return _renew(call, certificate)
    _tell(call, certificate)
    call.store.put(replace(certificate, due_at=next_due(call, certificate)))
    return None


def _look_for_proofs(call: ServiceCall, certificate: Certificate) -> ServiceEvent | None:
    if call.now >= certificate.created + TIME_OUT:
        call.store.put(replace(certificate, state=TIMED_OUT, due_at=None))
        return None
    found = _asked_by_mail(call, certificate) if certificate.method == EMAIL else _asked_of_dns(call, certificate)
    if found.validated != found.names:
        call.store.put(found)
        return None
    made = issued(call, found)
    notices.available(call, made, "ISSUANCE")
    call.store.put(replace(made, due_at=next_due(call, made)))
    return None


def _asked_of_dns(call: ServiceCall, certificate: Certificate) -> Certificate:
    pause = OFTEN if call.now < certificate.created + SOON else SELDOM
    return replace(certificate, validated=proven(call, certificate), due_at=call.now + pause)


def _asked_by_mail(call: ServiceCall, certificate: Certificate) -> Certificate:
    """Who reads the letters decides; the clock comes back when it is too late."""
    if not certificate.mailed:
        for name in certificate.names:
            mail(call, certificate, name)
    return replace(certificate, mailed=True, due_at=certificate.created + TIME_OUT)


def _renew(call: ServiceCall, certificate: Certificate) -> ServiceEvent | None:
    reason = _hindrance(call, certificate)
    if not reason:
        try:
            made = replace(
                issued(call.as_service(certificate.arn), certificate),
                renewal="SUCCESS",
                renewal_reason="",
                renewed=call.second,
            )
        except AwsError:
            reason = "PCA_REQUEST_FAILED"
    if reason:
        notices.renewal_action_required(call, certificate, reason)
        _tell(call, certificate)
        failed = replace(certificate, renewal="FAILED", renewal_reason=reason, renewed=call.second)
        call.store.put(replace(failed, due_at=call.now + AGAIN if certificate.read.not_after > call.now else None))
        return None
    made = replace(made, renewal="SUCCESS", renewal_reason="", renewed=call.second)
    notices.available(call, made, "RENEWAL")
    call.store.put(replace(made, due_at=next_due(call, made)))
    return ServiceEvent("RenewCertificate", ((made.arn, CLOUDTRAIL_TYPE, made.account),))


def _hindrance(call: ServiceCall, certificate: Certificate) -> str:
    """Why a public certificate cannot be renewed by itself; as on AWS, one proven by mail takes its owner's word."""
    if certificate.kind != PUBLIC:
        return ""
    if certificate.method == EMAIL:
        return "DOMAIN_VALIDATION_DENIED"
    return "" if still_proven(call, certificate) else "DOMAIN_NOT_ALLOWED"


def _tell(call: ServiceCall, certificate: Certificate) -> None:
    if certificate.read.not_after <= call.now:
        notices.expired(call, certificate)
    elif certificate.days_left(call.now) <= notice_days(call, certificate):
        notices.approaching_expiration(call, certificate)
