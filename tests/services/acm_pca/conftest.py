"""Private authorities in process, and OpenSSL to hold them to their word."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from vauban.testing import InProcess

ROOT = "arn:aws:acm-pca:::template/RootCACertificate/V1"
SUBJECT = {"CommonName": "Example Root", "Organization": "Example", "Country": "KR"}


@pytest.fixture
def pca(vauban: InProcess) -> Any:
    return vauban.client("acm-pca")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("acm-pca", config=Config(parameter_validation=False))


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., str]:
    """Run OpenSSL where its files lie; what it says."""

    def run(*arguments: str, check: bool = True) -> str:
        done = subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout + done.stderr

    return run


@pytest.fixture
def csr(openssl: Callable[..., str], tmp_path: Path) -> Callable[..., bytes]:
    """A request that OpenSSL made, with whatever extensions."""

    def make(subject: str = "/CN=www.example.com", *extensions: str) -> bytes:
        added = [each for extension in extensions for each in ("-addext", extension)]
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "leaf.key"]
        openssl("req", "-new", *key, "-subj", subject, "-out", "leaf.csr", *added)
        return (tmp_path / "leaf.csr").read_bytes()

    return make


@pytest.fixture
def create(pca: Any) -> Callable[..., str]:
    """The ARN of an authority that waits for its certificate."""

    def create(
        kind: str = "ROOT",
        key: str = "EC_prime256v1",
        algorithm: str = "SHA256WITHECDSA",
        subject: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        configuration = {"KeyAlgorithm": key, "SigningAlgorithm": algorithm, "Subject": subject or SUBJECT}
        return pca.create_certificate_authority(
            CertificateAuthorityConfiguration=configuration, CertificateAuthorityType=kind, **more
        )["CertificateAuthorityArn"]

    return create


@pytest.fixture
def issue(pca: Any) -> Callable[..., SimpleNamespace]:
    """Issue a certificate: its ARN, its PEM, the chain."""

    def issue(arn: str, csr: bytes, days: int = 30, algorithm: str = "SHA256WITHECDSA", **more: Any) -> Any:
        more.setdefault("Validity", {"Type": "DAYS", "Value": days})
        made = pca.issue_certificate(CertificateAuthorityArn=arn, Csr=csr, SigningAlgorithm=algorithm, **more)
        got = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=made["CertificateArn"])
        return SimpleNamespace(arn=made["CertificateArn"], pem=got["Certificate"], chain=got.get("CertificateChain"))

    return issue


@pytest.fixture
def root(pca: Any, create: Callable[..., str], issue: Callable[..., SimpleNamespace]) -> Callable[..., str]:
    """The ARN of a root that is active."""

    def root(days: int = 3650, algorithm: str = "SHA256WITHECDSA", **more: Any) -> str:
        arn = create(algorithm=algorithm, **more)
        csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode()
        own = issue(arn, csr, days, algorithm, TemplateArn=ROOT)
        pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=own.pem.encode())
        return arn

    return root
