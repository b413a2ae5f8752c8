from datetime import UTC, datetime

import pytest
from cryptography import x509

TEMPLATE = "arn:aws:acm-pca:::template/{}/V1".format
NAMES = {"Extensions": {"SubjectAlternativeNames": [{"DnsName": "api.example.com"}, {"IpAddress": "192.0.2.1"}]}}


def read(pem):
    return x509.load_pem_x509_certificate(pem.encode())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def has(certificate, kind):
    return any(isinstance(each.value, kind) for each in certificate.extensions)


def test_openssl_verifies_what_is_issued(root, issue, csr, openssl, tmp_path):
    made = issue(root(), csr("/CN=www.example.com", "subjectAltName=DNS:www.example.com"))
    (tmp_path / "leaf.pem").write_text(made.pem)
    (tmp_path / "root.pem").write_text(made.chain)
    told = openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "root.pem", "leaf.pem")
    assert "leaf.pem: OK" in told


def test_an_end_entity_has_the_extensions_of_its_template(root, issue, csr):
    certificate = read(issue(root(), csr("/CN=a.example.com", "subjectAltName=DNS:a.example.com")).pem)
    assert extension(certificate, x509.BasicConstraints).value.ca is False
    assert extension(certificate, x509.BasicConstraints).critical
    usage = extension(certificate, x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.key_encipherment
    assert not usage.value.key_cert_sign
    purposes = extension(certificate, x509.ExtendedKeyUsage).value
    assert [each._name for each in purposes] == ["serverAuth", "clientAuth"]
    assert extension(certificate, x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == [
        "a.example.com"
    ]
    assert has(certificate, x509.AuthorityKeyIdentifier)
    assert has(certificate, x509.SubjectKeyIdentifier)
    assert not has(certificate, x509.CRLDistributionPoints)


@pytest.mark.parametrize(
    ("template", "purposes"),
    [
        ("EndEntityClientAuthCertificate", ["clientAuth"]),
        ("EndEntityServerAuthCertificate", ["serverAuth"]),
        ("CodeSigningCertificate", ["codeSigning"]),
        ("OCSPSigningCertificate", ["OCSPSigning"]),
    ],
)
def test_templates_say_what_a_certificate_is_for(root, issue, csr, template, purposes):
    certificate = read(issue(root(), csr(), TemplateArn=TEMPLATE(template)).pem)
    assert [each._name for each in extension(certificate, x509.ExtendedKeyUsage).value] == purposes


def test_a_request_passes_only_what_the_template_lets_pass(root, issue, csr):
    arn = root()
    asked = csr("/CN=a", "keyUsage=critical,keyAgreement", "certificatePolicies=1.2.3.4", "subjectAltName=DNS:a.b")
    plain = read(issue(arn, asked).pem)
    assert not has(plain, x509.CertificatePolicies)
    passed = read(issue(arn, asked, TemplateArn=TEMPLATE("EndEntityCertificate_CSRPassthrough")).pem)
    assert has(passed, x509.CertificatePolicies)
    assert not extension(passed, x509.KeyUsage).value.key_agreement
    blank = read(issue(arn, asked, TemplateArn=TEMPLATE("BlankEndEntityCertificate_CSRPassthrough")).pem)
    assert extension(blank, x509.KeyUsage).value.key_agreement
    assert not extension(blank, x509.BasicConstraints).critical


def test_a_call_passes_names_and_subject_where_the_template_lets_it(root, issue, csr):
    arn = root()
    passed = {**NAMES, "Subject": {"CommonName": "api.example.com", "Organization": "Example"}}
    given = issue(arn, csr(), TemplateArn=TEMPLATE("EndEntityCertificate_APIPassthrough"), ApiPassthrough=passed)
    certificate = read(given.pem)
    assert certificate.subject.rfc4514_string() == "CN=api.example.com,O=Example"
    names = extension(certificate, x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.example.com"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]
    ignored = read(issue(arn, csr(), ApiPassthrough=passed).pem)
    assert ignored.subject.rfc4514_string() == "CN=www.example.com"


def test_every_extension_that_a_call_can_pass_is_written(root, issue, csr):
    extensions = {
        "KeyUsage": {"DigitalSignature": True, "NonRepudiation": True},
        "ExtendedKeyUsage": [
            {"ExtendedKeyUsageType": "EMAIL_PROTECTION"},
            {"ExtendedKeyUsageObjectIdentifier": "1.3.5"},
        ],
        "CertificatePolicies": [
            {
                "CertPolicyId": "1.2.3.4",
                "PolicyQualifiers": [{"PolicyQualifierId": "CPS", "Qualifier": {"CpsUri": "https://example.com/cps"}}],
            }
        ],
        "SubjectAlternativeNames": [
            {"Rfc822Name": "a@example.com"},
            {"UniformResourceIdentifier": "https://example.com"},
            {"RegisteredId": "1.2.3"},
            {"DirectoryName": {"CommonName": "x"}},
            {"OtherName": {"TypeId": "1.3.6.1.4.1.311.20.2.3", "Value": "a@example.com"}},
        ],
        "CustomExtensions": [{"ObjectIdentifier": "1.2.3.4.5", "Value": "BAMBAgM=", "Critical": False}],
    }
    template = TEMPLATE("BlankEndEntityCertificate_APIPassthrough")
    certificate = read(issue(root(), csr(), TemplateArn=template, ApiPassthrough={"Extensions": extensions}).pem)
    assert extension(certificate, x509.KeyUsage).value.content_commitment
    assert len(extension(certificate, x509.ExtendedKeyUsage).value) == 2
    assert extension(certificate, x509.CertificatePolicies).value[0].policy_qualifiers == ["https://example.com/cps"]
    assert len(extension(certificate, x509.SubjectAlternativeName).value) == 5
    (custom,) = [each for each in certificate.extensions if each.oid.dotted_string == "1.2.3.4.5"]
    assert custom.value.value == b"\x04\x03\x01\x02\x03"


def test_a_hierarchy_verifies_to_its_root(pca, root, create, issue, csr, openssl, tmp_path):
    top = root()
    below = create("SUBORDINATE", subject={"CommonName": "Issuing"})
    request = pca.get_certificate_authority_csr(CertificateAuthorityArn=below)["Csr"].encode()
    signed = issue(top, request, 365, TemplateArn=TEMPLATE("SubordinateCACertificate_PathLen0"))
    pca.import_certificate_authority_certificate(
        CertificateAuthorityArn=below, Certificate=signed.pem.encode(), CertificateChain=signed.chain.encode()
    )
    leaf = issue(below, csr())
    (tmp_path / "leaf.pem").write_text(leaf.pem)
    (tmp_path / "chain.pem").write_text(leaf.chain)
    (tmp_path / "root.pem").write_text(signed.chain)
    assert "OK" in openssl("verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem")
    own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=below)
    assert own["Certificate"] == signed.pem
    assert own["CertificateChain"] == signed.chain
    with pytest.raises(pca.exceptions.InvalidArgsException, match="path length"):
        issue(below, csr(), TemplateArn=TEMPLATE("SubordinateCACertificate_PathLen0"))


@pytest.mark.parametrize(
    ("validity", "expected"),
    [
        ({"Type": "DAYS", "Value": 90}, datetime(2026, 4, 1, tzinfo=UTC)),
        ({"Type": "MONTHS", "Value": 13}, datetime(2027, 2, 1, tzinfo=UTC)),
        ({"Type": "YEARS", "Value": 2}, datetime(2028, 1, 1, tzinfo=UTC)),
        ({"Type": "ABSOLUTE", "Value": 1798761600}, datetime(2027, 1, 1, tzinfo=UTC)),
        ({"Type": "END_DATE", "Value": 270102030405}, datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ({"Type": "END_DATE", "Value": 20270102030405}, datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_a_validity_is_said_in_several_ways(validity, expected):
    from types import SimpleNamespace

    from vauban.services.acm_pca.validities import period

    now = datetime(2026, 1, 1, tzinfo=UTC)
    authority = SimpleNamespace(usage_mode="GENERAL_PURPOSE", not_after=None)
    start, end = period(SimpleNamespace(second=now, now=now), authority, validity, None)
    assert end == expected
    assert (now - start).total_seconds() == 3600


@pytest.mark.parametrize(
    "validity",
    [
        {"Type": "DAYS", "Value": 3000},
        {"Type": "END_DATE", "Value": 20200101000000},
        {"Type": "END_DATE", "Value": 20261301000000},
        {"Type": "YEARS", "Value": 9000},
        {"Type": "ABSOLUTE", "Value": 10**17},
        {"Type": "DAYS", "Value": 10**12},
    ],
)
def test_a_validity_beyond_the_authority_or_none_at_all_is_refused(pca, root, issue, csr, validity):
    with pytest.raises(pca.exceptions.InvalidArgsException):
        issue(root(days=365), csr(), Validity=validity)


def test_a_beginning_may_be_chosen(root, issue, csr):
    begins = {"Type": "ABSOLUTE", "Value": 1767225600}
    certificate = read(issue(root(), csr(), ValidityNotBefore=begins).pem)
    assert certificate.not_valid_before_utc == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_short_lived_authority_issues_for_a_week_at_most(pca, root, issue, csr):
    arn = root(UsageMode="SHORT_LIVED_CERTIFICATE")
    issue(arn, csr(), 7)
    with pytest.raises(pca.exceptions.InvalidArgsException):
        issue(arn, csr(), 8)


def test_a_token_asks_for_one_certificate_within_five_minutes(root, issue, csr, vauban):
    arn, request = root(), csr()
    first = issue(arn, request, IdempotencyToken="once")
    assert issue(arn, request, IdempotencyToken="once").arn == first.arn
    vauban.advance(minutes=6)
    assert issue(arn, request, IdempotencyToken="once").arn != first.arn


@pytest.mark.parametrize(
    "forged", [b"nonsense", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"]
)
def test_what_is_no_request_is_refused(pca, root, issue, forged):
    with pytest.raises(pca.exceptions.MalformedCSRException):
        issue(root(), forged)


def test_a_request_without_any_name_is_refused(pca, root, issue, csr):
    with pytest.raises(pca.exceptions.MalformedCSRException):
        issue(root(), csr("/"))


@pytest.mark.parametrize("template", ["NoSuchCertificate", "RootCACertificate"])
def test_templates_that_do_not_fit_are_refused(pca, root, issue, csr, template):
    with pytest.raises(pca.exceptions.InvalidArgsException):
        issue(root(), csr(), TemplateArn=TEMPLATE(template))


def test_the_algorithm_must_be_of_the_keys_family(pca, root, issue, csr):
    with pytest.raises(pca.exceptions.InvalidArgsException):
        issue(root(), csr(), algorithm="SHA256WITHRSA")


def test_a_certificate_of_another_authority_is_not_found(pca, root, issue, csr):
    mine, other = root(), root()
    made = issue(mine, csr())
    with pytest.raises(pca.exceptions.InvalidArnException):
        pca.get_certificate(CertificateAuthorityArn=other, CertificateArn=made.arn)
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        pca.get_certificate(CertificateAuthorityArn=mine, CertificateArn=f"{mine}/certificate/{'ab' * 16}")


def test_who_may_use_which_template_is_policy(vauban, root, csr):
    arn, request = root(), csr()
    statement = {
        "Effect": "Allow",
        "Action": "acm-pca:IssueCertificate",
        "Resource": arn,
        "Condition": {"StringLike": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntity*/V*"}},
    }
    vauban.user("issuer", {"Version": "2012-10-17", "Statement": [statement]})
    client = vauban.client("acm-pca", user="issuer")
    asked = {
        "CertificateAuthorityArn": arn,
        "Csr": request,
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Validity": {"Type": "DAYS", "Value": 5},
    }
    client.issue_certificate(**asked)
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.issue_certificate(**asked, TemplateArn=TEMPLATE("SubordinateCACertificate_PathLen0"))
