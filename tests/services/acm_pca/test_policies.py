import json

import pytest

from vauban.testing import InProcess

OTHER = "444455556666"


def test_another_account_issues_by_the_policy_and_not_without_it(csr):
    neighbours = InProcess(accounts=("111122223333", OTHER))
    try:
        _issue_from_elsewhere(neighbours, csr())
    finally:
        neighbours.close()


def _issue_from_elsewhere(neighbours, request):
    mine, other = neighbours.client("acm-pca"), neighbours.client("acm-pca", account=OTHER)
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": "Shared"},
    }
    arn = mine.create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )["CertificateAuthorityArn"]
    asked = {"CertificateAuthorityArn": arn, "SigningAlgorithm": "SHA256WITHECDSA"}
    asked["Validity"] = {"Type": "DAYS", "Value": 30}
    own = mine.issue_certificate(
        **asked,
        Csr=mine.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(),
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
    )
    pem = mine.get_certificate(CertificateAuthorityArn=arn, CertificateArn=own["CertificateArn"])["Certificate"]
    mine.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=pem.encode())
    asked["Validity"] = {"Type": "DAYS", "Value": 5}
    with pytest.raises(other.exceptions.ClientError, match="AccessDenied"):
        other.issue_certificate(**asked, Csr=request)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": OTHER},
        "Action": ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"],
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mine.put_policy(ResourceArn=arn, Policy=policy)
    assert json.loads(mine.get_policy(ResourceArn=arn)["Policy"])["Statement"][0]["Action"] == statement["Action"]
    made = other.issue_certificate(**asked, Csr=request)["CertificateArn"]
    assert other.get_certificate(CertificateAuthorityArn=arn, CertificateArn=made)["Certificate"]
    mine.delete_policy(ResourceArn=arn)
    mine.delete_policy(ResourceArn=arn)
    with pytest.raises(mine.exceptions.ResourceNotFoundException):
        mine.get_policy(ResourceArn=arn)
    with pytest.raises(other.exceptions.ClientError, match="AccessDenied"):
        other.issue_certificate(**asked, Csr=request)


def test_what_is_no_policy_is_refused(pca, create):
    with pytest.raises(pca.exceptions.InvalidPolicyException):
        pca.put_policy(ResourceArn=create(), Policy='{"Version": "2012-10-17"}')
