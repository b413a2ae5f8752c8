"""CRLs: where they are found, and when they are made next (RFC 5280 §5).

A complete list is one; of partitioned ones each holds what so many certificates may fill.
"""

from datetime import timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.paths import CRL_PATH, OCSP_PATH
from vauban.kernel.records import replace
from vauban.services.acm_pca.resources import (
    ACTIVE,
    DISABLED,
    Certificate,
    CertificateAuthority,
    RevocationList,
    list_place,
)

DELAY = timedelta(minutes=30)
"""Between a revocation and the list that tells of it, as on AWS."""
PARTITION_SIZE = 8192
"""Certificates whose place is one partition."""


def crl_url(call: Call, authority: CertificateAuthority, partition: str) -> str:
    """Where a certificate says that its CRL is; empty where it says nothing."""
    crl = authority.crl
    omitted = crl.get("CrlDistributionPointExtensionConfiguration", {}).get("OmitExtension")
    if not crl["Enabled"] or omitted:
        return ""
    file = f"{partition or authority.authority_id}.crl"
    if crl.get("CustomCname"):
        return f"http://{crl['CustomCname']}{_folder(crl)}{file}"
    return f"{call.request.endpoint()}{CRL_PATH}{authority.authority_id}/{file}"


def ocsp_url(call: Call, authority: CertificateAuthority) -> str:
    """Where a certificate says that its status is asked for; empty where it says nothing."""
    if not authority.ocsp["Enabled"]:
        return ""
    custom = authority.ocsp.get("OcspCustomCname")
    return f"http://{custom}" if custom else f"{call.request.endpoint()}{OCSP_PATH}"


def file_key(authority: CertificateAuthority, partition: str) -> str:
    """A list's key in the bucket."""
    return f"{_folder(authority.crl).lstrip('/')}{partition or authority.authority_id}.crl"


def new_partition(call: Call, authority: CertificateAuthority) -> str:
    """The partition that a new certificate belongs to; empty where there are none."""
    if not authority.crl["Enabled"] or authority.crl.get("CrlType") != "PARTITIONED":
        return ""
    issued = call.store.count(Certificate, index="authority", value=authority.authority_id)
    return f"{authority.authority_id}-{issued // PARTITION_SIZE}"


def keep_lists(call: Call, authority: CertificateAuthority) -> None:
    """Have the authority's lists made from now on, or no more."""
    if authority.crl["Enabled"] and authority.status in (ACTIVE, DISABLED):
        ensure_list(call, authority, new_partition(call, authority))
        return
    for each in call.store.list(RevocationList, index="authority", value=authority.authority_id):
        call.store.delete(each)


def ensure_list(call: Call, authority: CertificateAuthority, partition: str) -> None:
    place = list_place(authority, partition)
    if authority.crl["Enabled"] and call.store.get(RevocationList, place) is None:
        url = crl_url(call, authority, partition) if partition else ""
        where = authority.account, authority.region, authority.authority_id
        call.store.put(RevocationList(place, *where, partition, url, due=call.now))


def hasten(call: Call, authority: CertificateAuthority, partition: str) -> None:
    """A certificate was revoked: its list is soon to tell."""
    kept = call.store.get(RevocationList, list_place(authority, partition))
    if kept is not None:
        soon = call.now + DELAY
        call.store.put(replace(kept, due=min(kept.due or soon, soon)))


def _folder(crl: Any) -> str:
    path = (crl.get("CustomPath") or "crl").strip("/")
    return f"/{path}/" if path else "/"
