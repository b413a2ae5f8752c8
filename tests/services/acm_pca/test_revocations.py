from types import SimpleNamespace

import pytest
from cryptography import x509

from vauban.kernel.requests import Request
from vauban.testing import InProcess

BOTH = {
    "CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "our-crls"},
    "OcspConfiguration": {"Enabled": True},
}


def fetch(vauban: InProcess, url: str, body: bytes | None = None):
    path = "/" + url.split("/", 3)[3]
    return vauban.request(Request("GET" if body is None else "POST", path, body=body or b""))


def places(pem):
    certificate = x509.load_pem_x509_certificate(pem.encode())
    crl = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name[0].value
    ocsp = (
        certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value[0].access_location.value
    )
    return SimpleNamespace(crl=crl, ocsp=ocsp, serial=f"{certificate.serial_number:x}")


@pytest.fixture
def revocable(root, issue, csr, tmp_path):
    """An authority that tells what it revokes, and two certificates of it, on disk too."""
    arn = root(RevocationConfiguration=BOTH)
    leaf, other = issue(arn, csr()), issue(arn, csr())
    (tmp_path / "leaf.pem").write_text(leaf.pem)
    (tmp_path / "other.pem").write_text(other.pem)
    (tmp_path / "root.pem").write_text(leaf.chain)
    return SimpleNamespace(arn=arn, **vars(places(leaf.pem)))


def status(vauban, openssl, tmp_path, url, name, digest="-sha1"):
    asked = ["ocsp", "-no_nonce", digest, "-issuer", "root.pem", "-cert", name, "-reqout", "asked.der"]
    openssl(*asked)
    response = fetch(vauban, url, (tmp_path / "asked.der").read_bytes())
    (tmp_path / "answer.der").write_bytes(response.body)
    return openssl(*asked[:7], "-respin", "answer.der", "-CAfile", "root.pem")


@pytest.mark.parametrize("digest", ["-sha1", "-sha256"])
def test_openssl_is_told_by_ocsp_what_is_revoked(pca, vauban, revocable, openssl, tmp_path, digest):
    told = status(vauban, openssl, tmp_path, revocable.ocsp, "leaf.pem", digest)
    assert "Response verify OK" in told
    assert "leaf.pem: good" in told
    pca.revoke_certificate(
        CertificateAuthorityArn=revocable.arn, CertificateSerial=revocable.serial, RevocationReason="KEY_COMPROMISE"
    )
    told = status(vauban, openssl, tmp_path, revocable.ocsp, "leaf.pem", digest)
    assert "leaf.pem: revoked" in told
    assert "keyCompromise" in told
    assert "other.pem: good" in status(vauban, openssl, tmp_path, revocable.ocsp, "other.pem", digest)


def test_openssl_is_told_by_the_list_what_is_revoked(pca, vauban, revocable, openssl, tmp_path):
    vauban.advance(minutes=2)
    (tmp_path / "a.crl").write_bytes(fetch(vauban, revocable.crl).body)
    files = ["-CAfile", "root.pem", "-CRLfile", "a.pem", "leaf.pem"]
    verify = ["verify", "-attime", str(int(vauban.vauban.clock.now())), "-crl_check", *files]
    openssl("crl", "-inform", "DER", "-in", "a.crl", "-out", "a.pem")
    assert "leaf.pem: OK" in openssl(*verify)
    pca.revoke_certificate(
        CertificateAuthorityArn=revocable.arn, CertificateSerial=revocable.serial, RevocationReason="SUPERSEDED"
    )
    vauban.advance(minutes=32)
    (tmp_path / "a.crl").write_bytes(fetch(vauban, revocable.crl).body)
    openssl("crl", "-inform", "DER", "-in", "a.crl", "-out", "a.pem")
    verify[2] = str(int(vauban.vauban.clock.now()))
    assert "certificate revoked" in openssl(*verify, check=False)
    assert "X509v3 CRL Number" in openssl("crl", "-in", "a.pem", "-noout", "-text")


def test_a_list_is_made_anew_before_it_runs_out(vauban, revocable, tmp_path):
    for _ in range(3):
        vauban.advance(days=4)
        found = x509.load_der_x509_crl(fetch(vauban, revocable.crl).body)
        assert found.next_update_utc.timestamp() > vauban.vauban.clock.now()


def test_partitioned_lists_say_where_they_are(pca, root, issue, csr, vauban):
    crl = {**BOTH["CrlConfiguration"], "CrlType": "PARTITIONED"}
    arn = root(RevocationConfiguration={**BOTH, "CrlConfiguration": crl})
    made = issue(arn, csr())
    where = places(made.pem)
    pca.revoke_certificate(CertificateAuthorityArn=arn, CertificateSerial=where.serial, RevocationReason="UNSPECIFIED")
    vauban.advance(minutes=32)
    found = x509.load_der_x509_crl(fetch(vauban, where.crl).body)
    point = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert point.value.full_name[0].value == where.crl
    assert len(found) == 1


def test_names_of_the_customers_own_stand_in_certificates(root, issue, csr):
    crl = {**BOTH["CrlConfiguration"], "CustomCname": "crl.example.com", "CustomPath": "pki/lists"}
    ocsp = {"Enabled": True, "OcspCustomCname": "ocsp.example.com"}
    arn = root(RevocationConfiguration={"CrlConfiguration": crl, "OcspConfiguration": ocsp})
    where = places(issue(arn, csr()).pem)
    assert where.crl == f"http://crl.example.com/pki/lists/{arn.rpartition('/')[2]}.crl"
    assert where.ocsp == "http://ocsp.example.com"


def test_a_certificate_is_revoked_once(pca, revocable):
    asked = {"CertificateAuthorityArn": revocable.arn, "RevocationReason": "UNSPECIFIED"}
    colons = ":".join(revocable.serial[place : place + 2] for place in range(0, 32, 2)).upper()
    pca.revoke_certificate(**asked, CertificateSerial=colons)
    with pytest.raises(pca.exceptions.RequestAlreadyProcessedException):
        pca.revoke_certificate(**asked, CertificateSerial=revocable.serial)
    with pytest.raises(pca.exceptions.ResourceNotFoundException):
        pca.revoke_certificate(**asked, CertificateSerial="ab" * 16)
    with pytest.raises(pca.exceptions.InvalidArgsException):
        pca.revoke_certificate(**asked, CertificateSerial="no hex")


def test_a_roots_own_certificate_cannot_be_revoked(pca, root):
    arn = root()
    serial = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]["Serial"]
    with pytest.raises(pca.exceptions.InvalidRequestException):
        pca.revoke_certificate(CertificateAuthorityArn=arn, CertificateSerial=serial, RevocationReason="UNSPECIFIED")


def test_of_strangers_and_of_nonsense_nothing_is_told(vauban, openssl, tmp_path, revocable):
    assert fetch(vauban, revocable.ocsp, b"nonsense").body == bytes.fromhex("30030a0101")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "s.key", "-subj", "/CN=S", "-out", "root.pem")
    openssl("ocsp", "-issuer", "root.pem", "-cert", "leaf.pem", "-reqout", "asked.der")
    response = fetch(vauban, revocable.ocsp, (tmp_path / "asked.der").read_bytes())
    assert response.body == bytes.fromhex("30030a0106")
    assert fetch(vauban, "http://x/_vauban/crl/nothing.crl").status == 404
