import csv
import json

import pytest

from vauban.testing import InProcess


@pytest.fixture
def vauban(tmp_path):
    running = InProcess(trail_sink=str(tmp_path / "buckets"))
    yield running
    running.close()


def report(pca, vauban, arn, form="JSON"):
    asked = pca.create_certificate_authority_audit_report(
        CertificateAuthorityArn=arn, S3BucketName="reports", AuditReportResponseFormat=form
    )
    vauban.advance(minutes=2)
    told = pca.describe_certificate_authority_audit_report(
        CertificateAuthorityArn=arn, AuditReportId=asked["AuditReportId"]
    )
    assert told["AuditReportStatus"] == "SUCCESS"
    return told["S3Key"]


def test_every_use_of_the_key_is_in_the_report(pca, vauban, root, issue, csr, tmp_path):
    arn = root()
    made = issue(arn, csr())
    pca.revoke_certificate(
        CertificateAuthorityArn=arn, CertificateSerial=made.arn.rpartition("/")[2], RevocationReason="SUPERSEDED"
    )
    (found,) = (tmp_path / "buckets").rglob(report(pca, vauban, arn).rpartition("/")[2])
    rows = json.loads(found.read_text())
    assert [row["subject"] for row in rows][-1] == "CN=www.example.com"
    assert rows[-1]["revocationReason"] == "SUPERSEDED"
    assert rows[-1]["awsAccountId"] == "111122223333"
    with pytest.raises(pca.exceptions.RequestInProgressException):
        report(pca, vauban, arn)
    vauban.advance(minutes=31)
    (sheet,) = (tmp_path / "buckets").rglob(report(pca, vauban, arn, "CSV").rpartition("/")[2])
    assert len(list(csv.DictReader(sheet.open()))) == 2


def test_a_report_that_is_not_there_is_not_found(pca, root):
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        pca.describe_certificate_authority_audit_report(
            CertificateAuthorityArn=root(), AuditReportId="11111111-2222-3333-4444-555555555555"
        )
