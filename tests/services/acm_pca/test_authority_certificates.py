import pytest

SUBORDINATE = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"


def importing(pca, arn, certificate, chain=None):
    given = {"CertificateChain": chain.encode()} if chain is not None else {}
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate.encode(), **given)


@pytest.fixture
def below(pca, create):
    arn = create("SUBORDINATE", subject={"CommonName": "Issuing"})
    return arn, pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode()


def test_another_keys_certificate_is_no_match(pca, root, create, issue, below):
    _, csr = below
    signed = issue(root(), csr, TemplateArn=SUBORDINATE)
    other = create("SUBORDINATE", subject={"CommonName": "Issuing"})
    with pytest.raises(pca.exceptions.CertificateMismatchException):
        importing(pca, other, signed.pem, signed.chain)


def test_a_leaf_is_no_authoritys_certificate(pca, root, issue, below):
    arn, csr = below
    signed = issue(root(), csr)
    with pytest.raises(pca.exceptions.MalformedCertificateException):
        importing(pca, arn, signed.pem, signed.chain)


def test_a_subordinate_comes_with_its_chain(pca, root, issue, below):
    arn, csr = below
    signed = issue(root(), csr, TemplateArn=SUBORDINATE)
    with pytest.raises(pca.exceptions.InvalidRequestException):
        importing(pca, arn, signed.pem)
    with pytest.raises(pca.exceptions.CertificateMismatchException):
        importing(pca, arn, signed.pem, issue(root(), csr, TemplateArn=SUBORDINATE).chain)


def test_a_root_comes_without_a_chain(pca, create, issue, root):
    arn = create()
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode()
    own = issue(arn, csr, TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1")
    with pytest.raises(pca.exceptions.InvalidRequestException):
        importing(pca, arn, own.pem, own.pem)
    importing(pca, arn, own.pem)


def test_what_is_no_certificate_is_malformed(pca, create):
    with pytest.raises(pca.exceptions.MalformedCertificateException):
        importing(pca, create(), "nonsense")


def test_openssl_may_sign_a_subordinate(pca, below, openssl, tmp_path, issue, csr):
    arn, request = below
    (tmp_path / "below.csr").write_bytes(request)
    (tmp_path / "extensions").write_text(
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
    )
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-subj", "/CN=Outside", "-out", "ca.pem"
    )
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20", "-extfile", "extensions", "-out", "below.pem"]
    openssl("x509", "-req", "-in", "below.csr", *signing)
    importing(pca, arn, (tmp_path / "below.pem").read_text(), (tmp_path / "ca.pem").read_text())
    leaf = issue(arn, csr(), days=10)
    (tmp_path / "leaf.pem").write_text(leaf.pem)
    (tmp_path / "chain.pem").write_text(leaf.chain)
    assert "OK" in openssl("verify", "-CAfile", "ca.pem", "-untrusted", "chain.pem", "leaf.pem")
