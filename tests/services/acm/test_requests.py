import subprocess
from typing import Any

import pytest
from cryptography import x509

from vauban.testing import InProcess

from ...nameserver import NameServer


@pytest.fixture
def nameserver():
    running = NameServer()
    yield running
    running.close()


@pytest.fixture
def vauban(nameserver):
    running = InProcess(dns_resolver=("127.0.0.1", int(nameserver.address.partition(":")[2])))
    yield running
    running.close()


def described(acm, arn) -> dict[str, Any]:
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def private_authority(pca) -> str:
    """The ARN of a root of the account's own."""
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": "Internal"},
    }
    arn = pca.create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )["CertificateAuthorityArn"]
    made = pca.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(),
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Type": "YEARS", "Value": 10},
    )["CertificateArn"]
    own = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=made)["Certificate"]
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=own.encode())
    return arn


def prove(acm, nameserver, arn) -> None:
    """Put every record where it is asked for."""
    for each in described(acm, arn)["DomainValidationOptions"]:
        record = each["ResourceRecord"]
        nameserver.names[record["Name"].rstrip(".")] = record["Value"].rstrip(".")


@pytest.fixture
def proven(acm, nameserver, vauban):
    def proven(*names: str, **more: Any) -> str:
        arn = acm.request_certificate(
            DomainName=names[0],
            ValidationMethod="DNS",
            **({"SubjectAlternativeNames": list(names)} if names[1:] else {}),
            **more,
        )["CertificateArn"]
        prove(acm, nameserver, arn)
        vauban.advance(minutes=1)
        return arn

    return proven


def test_a_request_waits_for_the_proof_of_its_domains(acm, vauban):
    names = ["example.com", "*.example.com", "www.example.org"]
    arn = acm.request_certificate(DomainName=names[0], ValidationMethod="DNS", SubjectAlternativeNames=names)
    told = described(acm, arn["CertificateArn"])
    assert told["Status"] == "PENDING_VALIDATION"
    assert told["Type"] == "AMAZON_ISSUED"
    assert told["SubjectAlternativeNames"] == names
    assert told["RenewalEligibility"] == "INELIGIBLE"
    assert "NotAfter" not in told
    options = {each["DomainName"]: each for each in told["DomainValidationOptions"]}
    assert {each["ValidationStatus"] for each in options.values()} == {"PENDING_VALIDATION"}
    assert options["example.com"]["ResourceRecord"] == options["*.example.com"]["ResourceRecord"]
    record = options["www.example.org"]["ResourceRecord"]
    assert record["Type"] == "CNAME"
    assert record["Name"].endswith(".www.example.org.")
    assert record["Value"].endswith(".acm-validations.aws.")
    with pytest.raises(acm.exceptions.RequestInProgressException):
        acm.get_certificate(CertificateArn=told["CertificateArn"])


def test_the_record_of_a_domain_is_the_same_for_ever(acm, vauban):
    first, second = (
        acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"] for _ in range(2)
    )
    told = [described(acm, each)["DomainValidationOptions"][0]["ResourceRecord"] for each in (first, second)]
    assert told[0] == told[1]


def test_once_the_domain_is_proven_the_certificate_is_issued(acm, proven, tmp_path):
    arn = proven("www.example.com", "api.example.com")
    told = described(acm, arn)
    assert told["Status"] == "ISSUED"
    assert {each["ValidationStatus"] for each in told["DomainValidationOptions"]} == {"SUCCESS"}
    assert (told["NotAfter"] - told["NotBefore"]).days == 198
    got = acm.get_certificate(CertificateArn=arn)
    (tmp_path / "leaf.pem").write_text(got["Certificate"])
    (tmp_path / "root.pem").write_text(got["CertificateChain"])
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "api.example.com"]
    said = subprocess.run([*command, "-CAfile", tmp_path / "root.pem", tmp_path / "leaf.pem"], capture_output=True)
    assert b"OK" in said.stdout + said.stderr


@pytest.mark.parametrize("algorithm", ["RSA_2048", "EC_prime256v1", "EC_secp384r1"])
def test_it_has_the_key_that_was_asked_for(acm, proven, algorithm):
    assert described(acm, proven("example.com", KeyAlgorithm=algorithm))["KeyAlgorithm"] == algorithm


def test_a_wrong_record_proves_nothing_and_in_three_days_it_is_too_late(acm, nameserver, vauban):
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    (option,) = described(acm, arn)["DomainValidationOptions"]
    nameserver.names[option["ResourceRecord"]["Name"].rstrip(".")] = "_wrong.acm-validations.aws"
    vauban.advance(hours=1)
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
    vauban.advance(hours=72)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"
    prove(acm, nameserver, arn)
    vauban.advance(hours=1)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"


def test_a_token_asks_for_one_certificate_within_an_hour(acm, vauban):
    asked = {"DomainName": "example.com", "ValidationMethod": "DNS", "IdempotencyToken": "once"}
    first = acm.request_certificate(**asked)["CertificateArn"]
    assert acm.request_certificate(**asked)["CertificateArn"] == first
    assert acm.request_certificate(**{**asked, "DomainName": "example.org"})["CertificateArn"] != first
    vauban.advance(minutes=61)
    assert acm.request_certificate(**asked)["CertificateArn"] != first


def test_what_cannot_be_asked_for_is_refused(acm):
    with pytest.raises(acm.exceptions.InvalidDomainValidationOptionsException):
        acm.request_certificate(
            DomainName="a.example.com",
            DomainValidationOptions=[{"DomainName": "a.example.com", "ValidationDomain": "example.org"}],
        )
    with pytest.raises(acm.exceptions.InvalidParameterException):
        acm.request_certificate(DomainName="example.com", KeyAlgorithm="RSA_4096")
    with pytest.raises(acm.exceptions.InvalidParameterException, match="DNS"):
        acm.request_certificate(DomainName="example.com", ValidationMethod="EMAIL")
    with pytest.raises(acm.exceptions.InvalidParameterException, match="CloudFront"):
        acm.request_certificate(DomainName="example.com", ValidationMethod="HTTP")
    with pytest.raises(acm.exceptions.ClientError, match="ValidationException"):
        acm.request_certificate(DomainName="not a domain")


def test_a_certificate_in_use_is_renewed_under_its_arn(acm, proven, vauban):
    arn = proven("example.com", Options={"Export": "ENABLED"})
    acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")
    assert described(acm, arn)["RenewalEligibility"] == "ELIGIBLE"
    before = described(acm, arn)["Serial"]
    vauban.advance(days=150)
    assert described(acm, arn)["Serial"] == before
    vauban.advance(days=5)
    told = described(acm, arn)
    assert told["Serial"] != before
    assert told["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert told["Status"] == "ISSUED"


def test_without_its_record_it_is_not_renewed_and_somebody_is_told(acm, proven, nameserver, vauban):
    arn = proven("example.com", Options={"Export": "ENABLED"})
    acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")
    serial = described(acm, arn)["Serial"]
    nameserver.names.clear()
    vauban.advance(days=155)
    told = described(acm, arn)
    assert told["Serial"] == serial
    assert told["RenewalSummary"]["RenewalStatus"] == "FAILED"
    vauban.advance(days=60)
    assert described(acm, arn)["Status"] == "EXPIRED"


def test_an_export_is_readable_by_openssl_and_by_nobody_without_the_passphrase(acm, proven, tmp_path):
    arn = proven("example.com", Options={"Export": "ENABLED"})
    got = acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")
    assert "ENCRYPTED PRIVATE KEY" in got["PrivateKey"]
    (tmp_path / "key.pem").write_text(got["PrivateKey"])
    read = ["openssl", "pkey", "-in", str(tmp_path / "key.pem"), "-pubout", "-passin"]
    public = subprocess.run([*read, "pass:a secret word"], capture_output=True, check=True, text=True).stdout
    assert subprocess.run([*read, "pass:another"], capture_output=True).returncode
    certificate = x509.load_pem_x509_certificate(got["Certificate"].encode())
    (tmp_path / "leaf.pem").write_text(got["Certificate"])
    said = subprocess.run(
        ["openssl", "x509", "-in", str(tmp_path / "leaf.pem"), "-pubkey", "-noout"], capture_output=True, text=True
    ).stdout
    assert said == public
    assert certificate.serial_number
    with pytest.raises(acm.exceptions.ClientError, match="passphrase"):
        acm.export_certificate(CertificateArn=arn, Passphrase=b"has # in it")


def test_what_is_not_for_export_is_not_exported(acm, proven, arn):
    for each in (proven("example.com"), arn):
        with pytest.raises(acm.exceptions.ClientError, match="ValidationException"):
            acm.export_certificate(CertificateArn=each, Passphrase=b"a secret word")


def test_only_what_was_exported_is_revoked(acm, proven):
    arn = proven("example.com", Options={"Export": "ENABLED"})
    with pytest.raises(acm.exceptions.ClientError, match="exported"):
        acm.revoke_certificate(CertificateArn=arn, RevocationReason="KEY_COMPROMISE")
    acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")
    assert acm.revoke_certificate(CertificateArn=arn, RevocationReason="KEY_COMPROMISE")["CertificateArn"] == arn
    told = described(acm, arn)
    assert told["Status"] == "REVOKED"
    assert told["RevocationReason"] == "KEY_COMPROMISE"
    with pytest.raises(acm.exceptions.ConflictException):
        acm.revoke_certificate(CertificateArn=arn, RevocationReason="KEY_COMPROMISE")


def test_a_private_certificate_is_issued_at_once_by_the_private_authority(acm, vauban):
    authority = private_authority(vauban.client("acm-pca"))
    arn = acm.request_certificate(DomainName="db.internal.example", CertificateAuthorityArn=authority)["CertificateArn"]
    told = described(acm, arn)
    assert told["Status"] == "ISSUED"
    assert told["Type"] == "PRIVATE"
    assert told["CertificateAuthorityArn"] == authority
    assert told["Options"]["Export"] == "ENABLED"
    assert acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")["CertificateChain"]


def test_a_private_certificate_is_renewed_where_the_authority_lets_acm(acm, vauban):
    pca = vauban.client("acm-pca")
    authority = private_authority(pca)
    arn = acm.request_certificate(DomainName="db.internal.example", CertificateAuthorityArn=authority)["CertificateArn"]
    with pytest.raises(acm.exceptions.ClientError, match="eligible"):
        acm.renew_certificate(CertificateArn=arn)
    acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret word")
    serial = described(acm, arn)["Serial"]
    acm.renew_certificate(CertificateArn=arn)
    vauban.advance(minutes=1)
    assert described(acm, arn)["RenewalSummary"]["RenewalStatus"] == "FAILED"
    pca.create_permission(
        CertificateAuthorityArn=authority,
        Principal="acm.amazonaws.com",
        Actions=["IssueCertificate", "GetCertificate", "ListPermissions"],
    )
    acm.renew_certificate(CertificateArn=arn)
    vauban.advance(minutes=1)
    told = described(acm, arn)
    assert told["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert told["Serial"] != serial


def test_a_request_of_an_authority_that_is_not_there_has_failed(acm):
    missing = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555"
    arn = acm.request_certificate(DomainName="db.example", CertificateAuthorityArn=missing)["CertificateArn"]
    told = described(acm, arn)
    assert told["Status"] == "FAILED"
    assert told["FailureReason"] == "PCA_RESOURCE_NOT_FOUND"


def test_lists_have_what_is_asked_for(acm, proven, arn):
    issued = proven("example.com", Options={"Export": "ENABLED"})
    pending = acm.request_certificate(DomainName="example.org", ValidationMethod="DNS")["CertificateArn"]

    def listed(**asked):
        return {each["CertificateArn"] for each in acm.list_certificates(**asked)["CertificateSummaryList"]}

    assert listed() == {issued, pending, arn}
    assert listed(CertificateStatuses=["PENDING_VALIDATION"]) == {pending}
    assert listed(Includes={"exportOption": "ENABLED"}) == {issued}
    assert listed(CertificateKeyPairOrigins=["AWS_MANAGED"]) == {issued, pending}


def test_the_options_of_a_certificate_can_be_changed(acm, proven, arn):
    issued = proven("example.com")
    acm.update_certificate_options(CertificateArn=issued, Options={"Export": "ENABLED"})
    assert described(acm, issued)["Options"]["Export"] == "ENABLED"
    with pytest.raises(acm.exceptions.ClientError, match="imported"):
        acm.update_certificate_options(CertificateArn=arn, Options={"Export": "ENABLED"})


def told_of(vauban, detail_type):
    """A queue that has every event of a kind that ACM sends from now on."""
    sqs, events = vauban.client("sqs"), vauban.client("events")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "Policy": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
            f'{{"Service":"events.amazonaws.com"}},"Action":"sqs:SendMessage","Resource":"{queue}"}}]}}'
        },
    )
    events.put_rule(Name="told", EventPattern=f'{{"source":["aws.acm"],"detail-type":["{detail_type}"]}}')
    events.put_targets(Rule="told", Targets=[{"Id": "q", "Arn": queue}])
    return lambda: int(
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"][
            "ApproximateNumberOfMessages"
        ]
    )


def test_the_end_of_a_certificate_is_told_of_every_day_before_it(acm, arn, vauban):
    count = told_of(vauban, "ACM Certificate Approaching Expiration")
    acm.put_account_configuration(IdempotencyToken="one", ExpiryEvents={"DaysBeforeExpiry": 10})
    assert acm.get_account_configuration()["ExpiryEvents"] == {"DaysBeforeExpiry": 10}
    vauban.advance(days=19)
    assert count() == 0
    vauban.advance(days=3)
    assert count() in (2, 3)
