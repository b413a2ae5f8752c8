"""Certificates listed, sifted and sorted."""

from datetime import datetime
from typing import Any

from vauban.aws import paging
from vauban.crypto import certificate_facts as facts
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.acm.associations import in_use
from vauban.services.acm.certificates import origin
from vauban.services.acm.errors import InvalidArgsException
from vauban.services.acm.resources import Certificate
from vauban.services.acm.schedules import is_renewable

PAGE = 1000
KEY_TYPES = ("RSA_1024", "RSA_2048")
"""What is listed where nobody asks for other kinds of keys."""
MOST_NAMES = 100


@operation("ListCertificates")
def list_certificates(
    call: Call,
    certificate_statuses: list[str] | None = None,
    certificate_key_pair_origins: list[str] | None = None,
    root_hierarchy_types: list[str] | None = None,
    includes: dict[str, Any] | None = None,
    next_token: str | None = None,
    max_items: int | None = None,
    sort_by: str | None = None,
    sort_order: str | None = None,
) -> dict[str, Any]:
    if (sort_by is None) != (sort_order is None):
        raise ValidationException("SortBy and SortOrder must be specified together.")
    origins = certificate_key_pair_origins or [*ORIGINS]
    found = [] if root_hierarchy_types else _sifted(call, certificate_statuses, origins, includes or {})
    if sort_by is not None:
        found.sort(key=_created, reverse=sort_order == "DESCENDING")
    return _page(call, found, next_token, max_items or PAGE)


ORIGINS = ("AWS_MANAGED", "CUSTOMER_PROVIDED")
"""Where keys come from that are listed where nobody asks."""


def _sifted(call: Call, statuses: list[str] | None, origins: list[str], includes: dict[str, Any]) -> list[Certificate]:
    return [
        each
        for each in call.store.list(Certificate)
        if (not statuses or each.status(call.now) in statuses)
        and origin(each) in origins
        and each.key_algorithm in (includes.get("keyTypes") or KEY_TYPES)
        and _has(_usages(each), includes.get("keyUsage"))
        and _has(_extended_usages(each), includes.get("extendedKeyUsage"))
        and includes.get("exportOption", each.export_option) == each.export_option
        and includes.get("managedBy") is None
    ]


def _usages(certificate: Certificate) -> list[str]:
    return facts.key_usages(certificate.read) if certificate.body else []


def _extended_usages(certificate: Certificate) -> list[str]:
    return [name for name, _ in facts.extended_key_usages(certificate.read)] if certificate.body else []


def _has(usages: list[str], wanted: list[str] | None) -> bool:
    return not wanted or not set(usages).isdisjoint(wanted)


def _created(certificate: Certificate) -> tuple[datetime, str]:
    return certificate.created, certificate.certificate_id


def _page(call: Call, found: list[Certificate], next_token: str | None, size: int) -> dict[str, Any]:
    chosen = {name: value for name, value in call.params.items() if name not in ("NextToken", "MaxItems")}
    scope = f"ListCertificates {call.account} {call.region} {sorted(chosen.items())}"
    at = 0
    if next_token is not None:
        try:
            last = paging.after(scope, next_token)
        except ValueError:
            raise InvalidArgsException("The NextToken is not one that this list gave out.") from None
        at = next((place + 1 for place, each in enumerate(found) if each.certificate_id == last), len(found))
    shown = found[at : at + size]
    result: dict[str, Any] = {"CertificateSummaryList": [_summary(call, each) for each in shown]}
    if len(found) > at + size:
        result["NextToken"] = paging.marker(scope, shown[-1].certificate_id)
    return result


def _summary(call: Call, certificate: Certificate) -> dict[str, Any]:
    names = certificate.domain_names
    summary = {
        "CertificateArn": certificate.arn,
        "DomainName": names[0] if names else None,
        "SubjectAlternativeNameSummaries": names[:MOST_NAMES],
        "HasAdditionalSubjectAlternativeNames": len(names) > MOST_NAMES,
        "Status": certificate.status(call.now),
        "Type": certificate.kind,
        "KeyAlgorithm": certificate.key_algorithm,
        "KeyUsages": _usages(certificate),
        "ExtendedKeyUsages": _extended_usages(certificate),
        "ExportOption": certificate.export_option,
        "InUse": in_use(call, certificate),
        "Exported": certificate.exported is not None,
        "RenewalEligibility": "ELIGIBLE" if is_renewable(call, certificate) else "INELIGIBLE",
        "NotBefore": certificate.read.not_before if certificate.body else None,
        "NotAfter": certificate.read.not_after if certificate.body else None,
        "CreatedAt": certificate.created,
        "IssuedAt": certificate.issued,
        "ImportedAt": certificate.imported,
        "RevokedAt": certificate.revoked,
        "CertificateKeyPairOrigin": origin(certificate),
    }
    return {name: value for name, value in summary.items() if value is not None}
