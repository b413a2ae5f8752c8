"""The end of an authority: after a time in which it can be had back."""

from datetime import timedelta

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.operations import ServiceEvent, operation, when_due
from vauban.kernel.records import replace
from vauban.services.acm_pca.errors import wrong_state
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import ACTIVE, CLOUDTRAIL_TYPE, DELETED, Certificate, CertificateAuthority
from vauban.services.acm_pca.revocation_lists import keep_lists

DEFAULT_DAYS = 30


@operation("DeleteCertificateAuthority", on=an_authority)
def delete_certificate_authority(
    call: Call, authority: CertificateAuthority, permanent_deletion_time_in_days: int = DEFAULT_DAYS
) -> None:
    status = authority.status_at(call.now)
    if status in (ACTIVE, DELETED):
        raise wrong_state(status)
    ends = call.now + timedelta(days=permanent_deletion_time_in_days)
    deleted = replace(authority, status=DELETED, restored_status=authority.status, changed=call.now, deletion_date=ends)
    call.store.put(deleted)
    keep_lists(call, deleted)


@operation("RestoreCertificateAuthority", on=an_authority)
def restore_certificate_authority(call: Call, authority: CertificateAuthority) -> None:
    if authority.status != DELETED:
        raise wrong_state(authority.status_at(call.now))
    restored = replace(
        authority, status=authority.restored_status, restored_status="", changed=call.now, deletion_date=None
    )
    call.store.put(restored)
    keep_lists(call, restored)


@when_due(CertificateAuthority)
def forget(call: ServiceCall, authority: CertificateAuthority) -> ServiceEvent:
    for each in call.store.list(Certificate, index="authority", value=authority.authority_id):
        call.store.delete(each)
    call.store.delete(authority)
    return ServiceEvent("DeleteCertificateAuthority", ((authority.arn, CLOUDTRAIL_TYPE, authority.account),))
