"""What AWS Private CA keeps: authorities with their keys, and what each has issued."""

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from vauban.crypto.authorities import Authority, Revoked, authority, issuer_hashes
from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import Scope, record, secret
from vauban.policy import Policy

CLOUDTRAIL_TYPE = "AWS::ACMPCA::CertificateAuthority"
ACTIVE, DISABLED, DELETED, EXPIRED, PENDING = "ACTIVE", "DISABLED", "DELETED", "EXPIRED", "PENDING_CERTIFICATE"
OFF: dict[str, Any] = {"CrlConfiguration": {"Enabled": False}, "OcspConfiguration": {"Enabled": False}}


class Permission(NamedTuple):
    """What AWS Certificate Manager may do with an authority."""

    principal: str
    source_account: str
    actions: tuple[str, ...]
    created: datetime

    def policy(self, authority_arn: str) -> dict[str, Any]:
        """As a resource's policy says it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": self.principal},
            "Action": [f"acm-pca:{action}" for action in self.actions],
            "Resource": authority_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": self.source_account}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


@lru_cache(maxsize=1024)
def compiled(policy: str, principals: tuple[tuple[str, str], ...] = ()) -> Policy:
    """An authority's policy, ``principals`` bound to unique ids. Raises MalformedPolicy."""
    return compile_bound(policy, dict(principals), name="resource policy", kind="resource")


@record(
    "acm-pca:CertificateAuthority",
    id="authority_id",
    due="deletion_date",
    indexes={"issuer": "issuer_hashes", "token": "token"},
)
class CertificateAuthority:
    authority_id: str
    account: str
    region: str
    created: datetime
    changed: datetime
    kind: str
    """ROOT or SUBORDINATE."""
    status: str
    """Without EXPIRED, which is the clock's to say: ``status_at``."""
    configuration: dict[str, Any]
    csr: str
    key: bytes = secret()
    """PKCS #8 in DER."""
    revocation: dict[str, Any] = field(default_factory=lambda: OFF)
    usage_mode: str = "GENERAL_PURPOSE"
    key_storage: str = "FIPS_140_2_LEVEL_3_OR_HIGHER"
    tags: dict[str, str] = field(default_factory=dict)
    policy: str = ""
    policy_principals: dict[str, str] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()
    certificate: str = ""
    chain: str = ""
    """PEM, from the issuer to the root; empty for a root."""
    serial: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    token: str | None = None
    deletion_date: datetime | None = None
    restored_status: str = ""
    """Of one that is deleted: what it was."""

    @cached_property
    def arn(self) -> str:
        return arn("acm-pca", self.region, self.account, f"certificate-authority/{self.authority_id}")

    @cached_property
    def signer(self) -> Authority:
        return authority(self.key, self.configuration["Subject"], self.certificate)

    @cached_property
    def issuer_hashes(self) -> tuple[str, ...]:
        return issuer_hashes(self.certificate) if self.certificate else ()

    @cached_property
    def compiled_policy(self) -> tuple[Policy, ...]:
        granted = [compiled(json.dumps(each.policy(self.arn))) for each in self.permissions]
        own = [compiled(self.policy, tuple(self.policy_principals.items()))] if self.policy else []
        return (*own, *granted)

    @property
    def crl(self) -> Mapping[str, Any]:
        return self.revocation.get("CrlConfiguration", {"Enabled": False})

    @property
    def ocsp(self) -> Mapping[str, Any]:
        return self.revocation.get("OcspConfiguration", {"Enabled": False})

    @property
    def algorithm(self) -> str:
        """By which it signs requests and lists."""
        return self.configuration["SigningAlgorithm"]

    def status_at(self, now: datetime) -> str:
        if self.status in (ACTIVE, DISABLED) and self.not_after is not None and self.not_after <= now:
            return EXPIRED
        return self.status


@record(
    "acm-pca:Certificate",
    id="certificate_id",
    indexes={"authority": "authority_id", "revoked": "revoked_by", "token": "token_key"},
)
class Certificate:
    certificate_id: str
    """``authority/serial``, the serial number in hex."""
    account: str
    region: str
    authority_id: str
    serial: str
    pem: str
    subject: str
    issued: datetime
    not_before: datetime
    not_after: datetime
    template: str
    requested_by: str
    """The service that asked for it, or the account."""
    token: str | None = None
    revoked: datetime | None = None
    reason: str = ""
    partition: str = ""
    """Of which CRL it is, where there are several."""

    @cached_property
    def arn(self) -> str:
        name = f"certificate-authority/{self.authority_id}/certificate/{self.serial}"
        return arn("acm-pca", self.region, self.account, name)

    @property
    def token_key(self) -> str | None:
        return f"{self.authority_id} {self.token}" if self.token else None

    @property
    def revoked_by(self) -> str | None:
        """The authority, once it is."""
        return self.authority_id if self.revoked else None

    @property
    def revocation(self) -> Revoked | None:
        return Revoked(int(self.serial, 16), self.revoked, self.reason) if self.revoked else None


def certificate_id(authority_id: str, serial: str) -> str:
    return f"{authority_id}/{serial}"


@record("acm-pca:RevocationList", id="place", scope=Scope.GLOBAL, indexes={"authority": "authority_id", "file": "file"})
class RevocationList:
    """A CRL that is kept up to date."""

    place: str
    """``account region authority partition``."""
    account: str
    region: str
    authority_id: str
    partition: str
    url: str = ""
    """Of a partition: where its certificates say it is, which the list has to say too."""
    number: int = 0
    content: bytes = b""
    """DER."""
    due: datetime | None = None
    """When it is made next: before it runs out, or soon after a revocation."""

    @property
    def file(self) -> str:
        """Where it is found under this server's own address."""
        return f"{self.authority_id}/{self.partition or self.authority_id}.crl"


def list_place(authority: CertificateAuthority, partition: str) -> str:
    return f"{authority.account} {authority.region} {authority.authority_id} {partition}".rstrip()


@record("acm-pca:AuditReport", id="place", scope=Scope.GLOBAL)
class AuditReport:
    place: str
    """``account region authority report``."""
    account: str
    region: str
    authority_id: str
    created: datetime
    bucket: str
    key: str
    status: str = "CREATING"


def report_place(authority: CertificateAuthority, report_id: str) -> str:
    return f"{authority.account} {authority.region} {authority.authority_id} {report_id}"
