"""Certificates imported, described, replaced and deleted, as customers do it."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from .conftest import Pair, make_pair

ACCOUNT = "111122223333"


def test_a_certificate_is_described_by_what_it_says_of_itself(acm, arn, pair):
    assert arn.startswith(f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/")
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert detail["DomainName"] == "shop.example.com"
    assert detail["SubjectAlternativeNames"] == ["shop.example.com", "*.shop.example.com"]
    assert detail["Serial"] == "0a:0b:0c:0d:0e:0f"
    assert detail["Subject"] == "CN=shop.example.com"
    assert detail["Issuer"] == "shop.example.com"
    assert detail["Status"] == "ISSUED"
    assert detail["Type"] == "IMPORTED"
    assert detail["KeyAlgorithm"] == "RSA_2048"
    assert detail["SignatureAlgorithm"] == "SHA256WITHRSA"
    assert detail["InUseBy"] == []
    assert detail["RenewalEligibility"] == "INELIGIBLE"
    assert detail["NotAfter"] - datetime.now(UTC) < timedelta(days=31)
    assert "IssuedAt" not in detail


def test_what_was_imported_is_got_back_but_for_the_key(acm, arn, pair):
    got = acm.get_certificate(CertificateArn=arn)
    assert got["Certificate"].encode() == pair.certificate
    assert "CertificateChain" not in got


def test_a_chain_has_to_lead_on_from_the_certificate(acm):
    root = make_pair("root.example.com", number=1)
    middle = make_pair("middle.example.com", issuer=root, number=2)
    leaf = make_pair("shop.example.com", issuer=middle)
    chain = middle.certificate + root.certificate
    arn = acm.import_certificate(**leaf.members, CertificateChain=chain)["CertificateArn"]
    assert acm.get_certificate(CertificateArn=arn)["CertificateChain"].encode() == chain
    for wrong in (root.certificate + middle.certificate, root.certificate, leaf.certificate):
        with pytest.raises(ClientError, match="Could not validate the certificate with the certificate chain"):
            acm.import_certificate(**leaf.members, CertificateChain=wrong)
    with pytest.raises(ClientError, match="The certificate chain provided is not in a valid PEM format"):
        acm.import_certificate(**leaf.members, CertificateChain=b"nonsense")


REFUSED = {
    "is not in a valid PEM format": lambda pair: Pair(b"nonsense", pair.key),
    "more than one certificate": lambda pair: Pair(pair.certificate * 2, pair.key),
    "The private key is not supported": lambda pair: Pair(pair.certificate, b"nonsense"),
    "does not match": lambda pair: Pair(pair.certificate, make_pair("a.example.com", number=3).key),
    "has expired": lambda pair: make_pair("a.example.com", days=(-9, -1)),
    "not valid yet": lambda pair: make_pair("a.example.com", days=(1, 9)),
    "has no issuer": lambda pair: make_pair(),
    "does not match that of its signing CA": lambda pair: make_pair("a.example.com", kind="EC", issuer=pair),
    "exceeds 5120 bytes": lambda pair: Pair(pair.certificate, pair.key + b"\n" * 5000),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_nobody_could_be_shown_is_not_imported(acm, pair, why):
    with pytest.raises(ClientError, match=why) as caught:
        acm.import_certificate(**REFUSED[why](pair).members)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_a_certificate_is_replaced_under_its_arn_and_keeps_its_tags(acm, pair):
    arn = acm.import_certificate(**pair.members, Tags=[{"Key": "team", "Value": "blue"}])["CertificateArn"]
    before = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    newer = make_pair("shop.example.com", "new.example.com", number=4)
    assert acm.import_certificate(**newer.members, CertificateArn=arn)["CertificateArn"] == arn
    after = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert after["SubjectAlternativeNames"] == ["shop.example.com", "new.example.com"]
    assert after["CreatedAt"] == before["CreatedAt"]
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    with pytest.raises(ClientError, match="Tags cannot be applied"):
        acm.import_certificate(**newer.members, CertificateArn=arn, Tags=[{"Key": "a", "Value": "b"}])


def test_a_replacement_is_of_the_same_kind(acm, arn):
    with pytest.raises(ClientError, match="key type and size"):
        acm.import_certificate(**make_pair("shop.example.com", kind="EC").members, CertificateArn=arn)
    with pytest.raises(ClientError, match="All domain names"):
        acm.import_certificate(**make_pair(organization="shop").members, CertificateArn=arn)
    serving = make_pair("a.example.com", extensions=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),))
    clients = make_pair("a.example.com", extensions=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),))
    other = acm.import_certificate(**serving.members)["CertificateArn"]
    with pytest.raises(ClientError, match="Key usages cannot be removed"):
        acm.import_certificate(**clients.members, CertificateArn=other)


def test_a_certificate_expires(vauban, acm, arn):
    vauban.advance(days=31)
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "EXPIRED"


def test_what_is_deleted_or_of_another_account_is_not_found(acm, arn):
    acm.delete_certificate(CertificateArn=arn)
    for call in (acm.describe_certificate, acm.get_certificate, acm.delete_certificate):
        with pytest.raises(ClientError, match="Could not find certificate") as caught:
            call(CertificateArn=arn)
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError, match="AccessDenied"):
        acm.describe_certificate(CertificateArn=arn.replace(ACCOUNT, "999988887777"))
    with pytest.raises(ClientError, match="not a valid certificate ARN"):
        acm.describe_certificate(CertificateArn=f"arn:aws:acm:us-east-1:{ACCOUNT}:nonsense/x")


def test_the_key_is_nowhere_on_the_trail(vauban, acm, arn, pair):
    assert "PRIVATE KEY" not in str(vauban.trail())


def test_certificates_are_listed_by_kind_of_key_and_in_pages(acm):
    rsa = acm.import_certificate(**make_pair("rsa.example.com").members)["CertificateArn"]
    elliptic = acm.import_certificate(**make_pair("ec.example.com", kind="EC").members)["CertificateArn"]
    assert [each["CertificateArn"] for each in acm.list_certificates()["CertificateSummaryList"]] == [rsa]
    both = {"Includes": {"keyTypes": ["RSA_2048", "EC_prime256v1"]}}
    pages = acm.get_paginator("list_certificates").paginate(**both, PaginationConfig={"PageSize": 1})
    found = [each for page in pages for each in page["CertificateSummaryList"]]
    assert {each["CertificateArn"]: each["KeyAlgorithm"] for each in found} == {
        rsa: "RSA_2048",
        elliptic: "EC_prime256v1",
    }
    assert found[0]["InUse"] is False
    assert acm.list_certificates(CertificateStatuses=["EXPIRED"])["CertificateSummaryList"] == []
    with pytest.raises(ClientError, match="together"):
        acm.list_certificates(SortBy="CREATED_AT")
    with pytest.raises(ClientError, match="InvalidArgsException"):
        acm.list_certificates(NextToken="nonsense")


def test_tags_come_and_go(acm, arn):
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    with pytest.raises(ClientError, match="InvalidTagException"):
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}])
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    with pytest.raises(ClientError, match="TooManyTagsException"):
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=many)
