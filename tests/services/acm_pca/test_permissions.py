import json

import pytest

ALL = ["IssueCertificate", "GetCertificate", "ListPermissions"]


def test_a_permission_is_given_told_and_taken(pca, create):
    arn = create()
    pca.create_permission(CertificateAuthorityArn=arn, Principal="acm.amazonaws.com", Actions=ALL)
    (told,) = pca.list_permissions(CertificateAuthorityArn=arn)["Permissions"]
    assert told["Principal"] == "acm.amazonaws.com"
    assert told["Actions"] == ALL
    assert told["SourceAccount"] == "111122223333"
    (statement,) = json.loads(told["Policy"])["Statement"]
    assert statement["Resource"] == arn
    with pytest.raises(pca.exceptions.PermissionAlreadyExistsException):
        pca.create_permission(CertificateAuthorityArn=arn, Principal="acm.amazonaws.com", Actions=ALL)
    pca.delete_permission(CertificateAuthorityArn=arn, Principal="acm.amazonaws.com")
    assert pca.list_permissions(CertificateAuthorityArn=arn)["Permissions"] == []
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        pca.delete_permission(CertificateAuthorityArn=arn, Principal="acm.amazonaws.com")


def test_nobody_but_certificate_manager_is_given_one(pca, create):
    with pytest.raises(pca.exceptions.ClientError, match="InvalidArgs"):
        pca.create_permission(CertificateAuthorityArn=create(), Principal="s3.amazonaws.com", Actions=ALL)
