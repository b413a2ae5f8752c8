"""What ACM keeps: a certificate with its chain and its key, and who uses it."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.crypto import certificate_facts as facts
from vauban.crypto.pem import Certificate as Read
from vauban.crypto.pem import read_certificate
from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret

CLOUDTRAIL_TYPE = "AWS::ACM::Certificate"


@record("acm:Certificate", id="certificate_id")
class Certificate:
    certificate_id: str
    """A UUID."""
    account: str
    region: str
    created: datetime
    imported: datetime
    body: str
    """PEM."""
    chain: str = ""
    """PEM: those between it and its root, in order; empty where none were given."""
    tags: dict[str, str] = field(default_factory=dict)
    private_key: bytes = secret(b"")
    """PEM, not encrypted."""

    @cached_property
    def arn(self) -> str:
        return arn("acm", self.region, self.account, f"certificate/{self.certificate_id}")

    @cached_property
    def read(self) -> Read:
        return read_certificate(self.body)

    @cached_property
    def domain_names(self) -> list[str]:
        return facts.domain_names(self.read)

    @cached_property
    def key_algorithm(self) -> str:
        """``RSA_2048``."""
        return facts.key_algorithm(self.read)

    def status(self, now: datetime) -> str:
        return "EXPIRED" if self.read.not_after < now else "ISSUED"


@record("acm:Association", id="id", indexes={"certificate": "certificate_id", "resource": "resource"})
class Association:
    """A resource that shows a certificate."""

    certificate_id: str
    resource: str
    """Its ARN: a load balancer's."""
    account: str
    region: str

    @cached_property
    def id(self) -> str:
        return f"{self.certificate_id} {self.resource}"
