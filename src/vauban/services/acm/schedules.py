"""When a certificate is looked after next."""

from datetime import datetime, timedelta

from vauban.kernel.calls import Call
from vauban.services.acm.associations import in_use
from vauban.services.acm.resources import IMPORTED, PRIVATE, Certificate, Configuration

PUBLIC_RENEWAL = timedelta(days=45)
PRIVATE_RENEWAL = timedelta(days=60)
PUBLIC_NOTICE_DAYS = 30
"""From when on the end of a public certificate is told of, unless the account says otherwise: it renews before."""
_DAY = timedelta(days=1)


def next_due(call: Call, certificate: Certificate) -> datetime | None:
    """The next renewal or notice; none for what is over."""
    ends = certificate.read.not_after
    if ends <= call.now:
        return None
    first = ends - timedelta(days=notice_days(call, certificate))
    if is_renewable(call, certificate):
        first = min(first, renews_at(certificate))
    left = (ends - call.now) % _DAY or _DAY
    return max(first, call.now + left) if first <= call.now else first


def renews_at(certificate: Certificate) -> datetime:
    before = PRIVATE_RENEWAL if certificate.kind == PRIVATE else PUBLIC_RENEWAL
    return certificate.read.not_after - before


def is_renewable(call: Call, certificate: Certificate) -> bool:
    """Whether ACM renews it: it is in use, or was exported since it was issued."""
    if certificate.kind == IMPORTED or certificate.issued is None:
        return False
    if certificate.exported is not None and certificate.exported >= certificate.issued:
        return True
    return in_use(call, certificate)


def notice_days(call: Call, certificate: Certificate) -> int:
    kept = call.store.get(Configuration, "configuration")
    if kept is not None:
        return kept.days_before_expiry
    return 45 if certificate.kind in (IMPORTED, PRIVATE) else PUBLIC_NOTICE_DAYS
