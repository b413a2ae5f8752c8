"""What ACM keeps: a certificate with its chain and its key, or what was asked for of it yet, and who uses it."""

from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property

from vauban.crypto import certificate_facts as facts
from vauban.crypto.pem import Certificate as Read
from vauban.crypto.pem import read_certificate
from vauban.kernel.arns import arn
from vauban.kernel.records import Scope, record, secret

CLOUDTRAIL_TYPE = "AWS::ACM::Certificate"
IMPORTED, PUBLIC, PRIVATE = "IMPORTED", "AMAZON_ISSUED", "PRIVATE"
ISSUED, PENDING, TIMED_OUT, FAILED, REVOKED = (
    *("ISSUED", "PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "REVOKED"),
)
DNS, EMAIL = "DNS", "EMAIL"
_DAY = timedelta(days=1)


@record("acm:Certificate", id="certificate_id", due="due_at", indexes={"token": "token"})
class Certificate:
    certificate_id: str
    """A UUID."""
    account: str
    region: str
    created: datetime
    imported: datetime | None = None
    body: str = ""
    """PEM; empty until it is issued."""
    chain: str = ""
    """PEM: those between it and its root, in order; empty where none were given."""
    tags: dict[str, str] = field(default_factory=dict)
    private_key: bytes = secret(b"")
    """PEM, not encrypted."""
    kind: str = IMPORTED
    state: str = ISSUED
    """Without EXPIRED, which is the clock's to say: ``status``."""
    names: tuple[str, ...] = ()
    """Of one that was requested: the domain names, in the order asked for."""
    algorithm: str = ""
    method: str = DNS
    """How its domains are proven."""
    validated: tuple[str, ...] = ()
    """Domain names that were proven to be the requester's."""
    validation_domains: dict[str, str] = field(default_factory=dict)
    """By mail: the domain whose mailboxes are asked, where that is not the name itself."""
    reached_at: str = ""
    """By mail: the address of this server that letters lead back to."""
    mailed: bool = False
    authority: str = ""
    """Of a private one: the ARN of who issues it."""
    signing_algorithm: str = ""
    authority_ends: datetime | None = None
    """By which it signs, and until when it may."""
    transparency: str = "ENABLED"
    export: str = "DISABLED"
    token: str | None = None
    issued: datetime | None = None
    exported: datetime | None = None
    revoked: datetime | None = None
    reason: str = ""
    """Why it was revoked, or has failed."""
    renewal: str = ""
    """The status of its last renewal: SUCCESS, FAILED, PENDING_AUTO_RENEWAL."""
    renewal_reason: str = ""
    renewed: datetime | None = None
    due_at: datetime | None = None
    """When the clock has something to do: look for validations, renew, tell that it runs out."""

    @cached_property
    def arn(self) -> str:
        return arn("acm", self.region, self.account, f"certificate/{self.certificate_id}")

    @cached_property
    def read(self) -> Read:
        return read_certificate(self.body)

    @cached_property
    def domain_names(self) -> list[str]:
        return list(self.names) or facts.domain_names(self.read)

    @cached_property
    def key_algorithm(self) -> str:
        """``RSA_2048``."""
        return self.algorithm or facts.key_algorithm(self.read)

    @property
    def export_option(self) -> str:
        """What ACM says of it: private ones are always to be had."""
        return "ENABLED" if self.kind == PRIVATE else self.export

    def validation_domain(self, name: str) -> str:
        return self.validation_domains.get(name, name)

    def status(self, now: datetime) -> str:
        return "EXPIRED" if self.state == ISSUED and self.read.not_after < now else self.state

    def days_left(self, now: datetime) -> int:
        """Until it runs out; whole days, rounded up as ACM's events do."""
        return -((now - self.read.not_after) // _DAY)


@record("acm:Account", id="account", scope=Scope.ACCOUNT)
class Account:
    account: str
    validation_key: bytes = secret()
    """From which the names and values of validation records are derived: the same for the same domain, for ever."""


@record("acm:Configuration", id="name")
class Configuration:
    account: str
    region: str
    days_before_expiry: int = 45
    token: str = ""
    name: str = "configuration"


@record("acm:Root", id="name", scope=Scope.ACCOUNT)
class Root:
    """Vauban's own authority, which issues to an account what AWS's public ones would."""

    account: str
    certificate: str
    """PEM."""
    key: bytes = secret()
    """PKCS #8 in DER."""
    name: str = "root"


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
