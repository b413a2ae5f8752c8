"""What is done every minute: lists of what is revoked are made anew, and reports are written."""

from datetime import datetime, timedelta

from vauban.kernel.calls import ServiceCall
from vauban.kernel.operations import every
from vauban.kernel.records import replace
from vauban.kernel.sinks import Sink, SinkFailed
from vauban.services.acm_pca.audit_reports import written
from vauban.services.acm_pca.resources import ACTIVE, DISABLED, AuditReport, Certificate, CertificateAuthority
from vauban.services.acm_pca.resources import RevocationList as List
from vauban.services.acm_pca.revocation_lists import file_key

AGAIN = timedelta(minutes=15)
"""After a list could not be delivered, as on AWS."""


@every(List, seconds=60)
def make(call: ServiceCall, kept: List) -> bool:
    """Make a list that is due; where a bucket takes it, put it there."""
    if kept.due is not None and call.now < kept.due:
        return False
    authority = call.store.get(CertificateAuthority, kept.authority_id)
    if authority is None or authority.status not in (ACTIVE, DISABLED):
        call.store.delete(kept)
        return False
    lives = timedelta(days=authority.crl["ExpirationInDays"])
    revoked = call.store.list(Certificate, index="revoked", value=kept.authority_id)
    content = call.once("content", lambda: _content(authority, kept, revoked, call.second, lives))
    delivered = call.slowly(put, call.sink, authority.crl["S3BucketName"], file_key(authority, kept.partition), content)
    due = call.now + (lives / 2 if delivered else AGAIN)
    call.store.put(replace(kept, number=kept.number + 1, content=content, due=due))
    call.emit("ACM Private CA CRL Generation", authority.arn, result="success" if delivered else "failure")
    return False


@every(AuditReport, seconds=60)
def report(call: ServiceCall, wanted: AuditReport) -> bool:
    if wanted.status != "CREATING":
        return False
    certificates = call.store.list(Certificate, index="authority", value=wanted.authority_id)
    content = written(certificates, as_csv=wanted.key.endswith(".csv"))
    delivered = call.sink is not None and call.slowly(put, call.sink, wanted.bucket, wanted.key, content)
    call.store.put(replace(wanted, status="SUCCESS" if delivered else "FAILED"))
    result = "success" if delivered else "failure"
    call.emit("ACM Private CA Audit Report Generation", wanted.key, result=result)
    return False


def put(sink: Sink | None, bucket: str, key: str, body: bytes) -> bool:
    """Whether it is where it was to be: without a sink, nobody waits for it there."""
    try:
        if sink is not None:
            sink.put(bucket, key, body, {})
    except SinkFailed:
        return False
    return True


def _content(
    authority: CertificateAuthority, kept: List, certificates: list[Certificate], now: datetime, lives: timedelta
) -> bytes:
    """Whatever has not run out: the list of one that has says nothing new (RFC 5280 §3.3)."""
    told = [
        each.revocation
        for each in certificates
        if each.revocation and each.partition == kept.partition and each.not_after > now
    ]
    return authority.signer.revocation_list(told, now, now + lives, kept.number + 1, authority.algorithm, kept.url)
