import pytest


def status(pca, arn):
    return pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]["Status"]


def test_an_active_authority_must_be_disabled_first(pca, root):
    with pytest.raises(pca.exceptions.InvalidStateException):
        pca.delete_certificate_authority(CertificateAuthorityArn=root())


def test_a_deleted_one_can_be_had_back_as_it_was(pca, root):
    arn = root()
    pca.update_certificate_authority(CertificateAuthorityArn=arn, Status="DISABLED")
    pca.delete_certificate_authority(CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7)
    assert status(pca, arn) == "DELETED"
    with pytest.raises(pca.exceptions.InvalidStateException):
        pca.delete_certificate_authority(CertificateAuthorityArn=arn)
    pca.restore_certificate_authority(CertificateAuthorityArn=arn)
    assert status(pca, arn) == "DISABLED"
    with pytest.raises(pca.exceptions.InvalidStateException):
        pca.restore_certificate_authority(CertificateAuthorityArn=arn)


def test_after_its_time_it_is_gone(pca, create, vauban):
    arn = create()
    pca.delete_certificate_authority(CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7)
    vauban.advance(days=8)
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        status(pca, arn)


def test_by_default_it_can_be_had_back_for_thirty_days(pca, create):
    arn = create()
    pca.delete_certificate_authority(CertificateAuthorityArn=arn)
    told = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert (told["RestorableUntil"] - told["LastStateChangeAt"]).days == 30
