import pytest

from .conftest import SUBJECT


def described(pca, arn):
    return pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]


def test_a_new_authority_waits_for_its_certificate(pca, create):
    arn = create(Tags=[{"Key": "team", "Value": "pki"}])
    told = described(pca, arn)
    assert told["Arn"] == arn
    assert told["Status"] == "PENDING_CERTIFICATE"
    assert told["Type"] == "ROOT"
    assert told["OwnerAccount"] == "111122223333"
    assert told["UsageMode"] == "GENERAL_PURPOSE"
    assert told["KeyStorageSecurityStandard"] == "FIPS_140_2_LEVEL_3_OR_HIGHER"
    assert told["CertificateAuthorityConfiguration"]["Subject"] == SUBJECT
    assert told["RevocationConfiguration"]["OcspConfiguration"] == {"Enabled": False}
    assert "Serial" not in told
    assert "NotAfter" not in told
    assert pca.list_tags(CertificateAuthorityArn=arn)["Tags"] == [{"Key": "team", "Value": "pki"}]
    with pytest.raises(pca.exceptions.InvalidStateException):
        pca.get_certificate_authority_certificate(CertificateAuthorityArn=arn)


def test_its_request_is_signed_by_its_key_and_has_its_name(pca, create, openssl, tmp_path):
    subject = {**SUBJECT, "CustomAttributes": [{"ObjectIdentifier": "1.3.6.1.4.1.37244.1.3", "Value": "FFF1"}]}
    del subject["Organization"]
    arn = create(subject=subject)
    (tmp_path / "ca.csr").write_text(pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"])
    told = openssl("req", "-in", "ca.csr", "-verify", "-noout", "-subject")
    assert "verify OK" in told
    assert "CN = Example Root" in told
    assert "1.3.6.1.4.1.37244.1.3 = FFF1" in told


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("RSA_2048", "SHA256WITHRSA"),
        ("RSA_2048", "SHA384WITHRSA_PSS"),
        ("EC_prime256v1", "SHA256WITHECDSA"),
        ("EC_secp384r1", "SHA384WITHECDSA"),
        ("EC_secp521r1", "SHA512WITHECDSA"),
        ("ML_DSA_44", "ML_DSA_44"),
        ("ML_DSA_65", "ML_DSA_65"),
        ("ML_DSA_87", "ML_DSA_87"),
    ],
)
def test_a_root_of_every_kind_becomes_active(pca, root, key, algorithm):
    arn = root(key=key, algorithm=algorithm)
    told = described(pca, arn)
    assert told["Status"] == "ACTIVE"
    assert told["NotBefore"] < told["NotAfter"]
    assert told["Serial"]


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("RSA_2048", "SHA256WITHECDSA"),
        ("EC_prime256v1", "SHA256WITHRSA"),
        ("ML_DSA_44", "ML_DSA_65"),
        ("SM2", "SM3WITHSM2"),
    ],
)
def test_a_key_that_does_not_sign_so_is_refused(pca, create, key, algorithm):
    with pytest.raises(pca.exceptions.InvalidArgsException):
        create(key=key, algorithm=algorithm)


def test_a_token_asks_for_one_authority_within_five_minutes(create, vauban):
    first = create(IdempotencyToken="once")
    assert create(IdempotencyToken="once") == first
    vauban.advance(minutes=6)
    assert create(IdempotencyToken="once") != first


def test_it_can_be_switched_off_and_on(pca, root, issue, csr):
    arn = root()
    pca.update_certificate_authority(CertificateAuthorityArn=arn, Status="DISABLED")
    assert described(pca, arn)["Status"] == "DISABLED"
    with pytest.raises(pca.exceptions.InvalidStateException):
        issue(arn, csr())
    pca.update_certificate_authority(CertificateAuthorityArn=arn, Status="ACTIVE")
    issue(arn, csr())


def test_what_is_pending_cannot_be_updated(pca, create):
    with pytest.raises(pca.exceptions.InvalidStateException):
        pca.update_certificate_authority(CertificateAuthorityArn=create(), Status="ACTIVE")


def test_it_expires_by_the_clock(pca, root, vauban):
    arn = root(days=10)
    vauban.advance(days=11)
    assert described(pca, arn)["Status"] == "EXPIRED"


def test_authorities_are_listed_in_pages(pca, create):
    made = {create() for _ in range(3)}
    first = pca.list_certificate_authorities(MaxResults=2)
    rest = pca.list_certificate_authorities(MaxResults=2, NextToken=first["NextToken"])
    told = [*first["CertificateAuthorities"], *rest["CertificateAuthorities"]]
    assert {each["Arn"] for each in told} == made
    assert pca.list_certificate_authorities(ResourceOwner="OTHER_ACCOUNTS")["CertificateAuthorities"] == []
    with pytest.raises(pca.exceptions.InvalidNextTokenException):
        pca.list_certificate_authorities(NextToken="nonsense")


@pytest.mark.parametrize(
    "revocation",
    [
        {"CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7}},
        {"CrlConfiguration": {"Enabled": False, "ExpirationInDays": 7}},
        {"CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "Not_A_Bucket"}},
        {"OcspConfiguration": {"Enabled": False, "OcspCustomCname": "ocsp.example.com"}},
        {"OcspConfiguration": {"Enabled": True, "OcspCustomCname": "http://ocsp.example.com"}},
    ],
)
def test_a_revocation_configuration_that_says_nothing_sound_is_refused(pca, create, revocation):
    with pytest.raises(pca.exceptions.InvalidArgsException):
        create(RevocationConfiguration=revocation)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/nonsense",
        "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555",
    ],
)
def test_what_is_no_arn_of_an_authority_is_refused(pca, arn):
    with pytest.raises(pca.exceptions.InvalidArnException):
        described(pca, arn)


def test_an_authority_that_is_not_there_is_not_found(pca):
    arn = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555"
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        described(pca, arn)
