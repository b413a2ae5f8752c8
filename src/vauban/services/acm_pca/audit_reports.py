"""Audit reports: every use of an authority's key, as a file.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaAuditReport.html
"""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.acm_pca.errors import RequestInProgressException, ResourceNotFoundException, wrong_state
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import (
    DELETED,
    PENDING,
    AuditReport,
    Certificate,
    CertificateAuthority,
    report_place,
)

PAUSE = timedelta(minutes=30)
COLUMNS = (
    "awsAccountId",
    "requestedByServicePrincipal",
    "certificateArn",
    "serial",
    "subject",
    "notBefore",
    "notAfter",
    "issuedAt",
    "revokedAt",
    "revocationReason",
    "templateArn",
)


@operation("CreateCertificateAuthorityAuditReport", on=an_authority)
def create_certificate_authority_audit_report(
    call: Call, authority: CertificateAuthority, s3_bucket_name: str, audit_report_response_format: str
) -> dict[str, Any]:
    if authority.status in (PENDING, DELETED):
        raise wrong_state(authority.status)
    reports = call.store.list(AuditReport, prefix=report_place(authority, ""))
    if any(call.now < each.created + PAUSE for each in reports):
        raise RequestInProgressException("You can create a maximum of one report every 30 minutes.")
    report_id = call.uuid()
    key = f"audit-report/{authority.authority_id}/{report_id}.{audit_report_response_format.lower()}"
    place = report_place(authority, report_id)
    call.store.put(
        AuditReport(place, authority.account, authority.region, authority.authority_id, call.now, s3_bucket_name, key)
    )
    return {"AuditReportId": report_id, "S3Key": key}


@operation("DescribeCertificateAuthorityAuditReport", on=an_authority)
def describe_certificate_authority_audit_report(
    call: Call, authority: CertificateAuthority, audit_report_id: str
) -> dict[str, Any]:
    report = call.store.get(AuditReport, report_place(authority, audit_report_id))
    if report is None:
        raise ResourceNotFoundException(f"Could not find the audit report {audit_report_id}")
    return {
        "AuditReportStatus": report.status,
        "S3BucketName": report.bucket,
        "S3Key": report.key,
        "CreatedAt": report.created,
    }


def written(certificates: list[Certificate], *, as_csv: bool) -> bytes:
    """The report over an authority's certificates."""
    rows = [_row(each) for each in sorted(certificates, key=lambda each: each.issued)]
    if not as_csv:
        return json.dumps(rows, indent=2).encode()
    text = StringIO()
    sheet = csv.DictWriter(text, COLUMNS, restval="")
    sheet.writeheader()
    sheet.writerows(rows)
    return text.getvalue().encode()


def _row(certificate: Certificate) -> dict[str, str]:
    by_service = "." in certificate.requested_by
    told = {
        "awsAccountId": certificate.account if by_service else certificate.requested_by,
        "requestedByServicePrincipal": certificate.requested_by if by_service else None,
        "certificateArn": certificate.arn,
        "serial": ":".join(f"{each:02x}" for each in bytes.fromhex(certificate.serial)),
        "subject": certificate.subject,
        "notBefore": _time(certificate.not_before),
        "notAfter": _time(certificate.not_after),
        "issuedAt": _time(certificate.issued),
        "revokedAt": _time(certificate.revoked) if certificate.revoked else None,
        "revocationReason": certificate.reason or None,
        "templateArn": certificate.template,
    }
    return {name: value for name, value in told.items() if value is not None}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S+0000}"
