"""What Parameter Store keeps. Read this first; ``resolvers`` says how a call names it.

A parameter is its newest version with labels and tags; the versions before are kept beside it, one record each, found
by name and number. Values are sealed on disk whatever their type; those of SecureStrings are ciphertexts besides.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from vauban.kernel.records import record, secret, values_of
from vauban.policy import Policy
from vauban.services.ssm.names import arn_of, parent

CLOUDTRAIL_TYPE = "AWS::SSM::Parameter"
STANDARD, ADVANCED, INTELLIGENT = "Standard", "Advanced", "Intelligent-Tiering"
SECURE = "SecureString"
DEFAULT_KEY = "alias/aws/ssm"
VERSIONS_KEPT = 100


@dataclass(frozen=True)
class ParameterPolicy:
    """One policy of an advanced parameter: what happens, and when."""

    type: str
    text: str
    """Its JSON, as DescribeParameters shows it."""
    at: datetime
    status: str = "Pending"


@dataclass(frozen=True)
class Revision:
    """What each version of a parameter has."""

    name: str
    account: str
    region: str
    version: int
    type: str
    modified: datetime
    modified_by: str
    """The ARN of who did."""
    value: bytes = secret()
    """UTF-8, or the ciphertext of a SecureString."""
    tier: str = STANDARD
    data_type: str = "text"
    key_id: str = ""
    """As it was given; empty where nothing is encrypted."""
    description: str = ""
    allowed_pattern: str = ""
    policies: tuple[ParameterPolicy, ...] = ()

    @cached_property
    def arn(self) -> str:
        return arn_of(self.name, self.account, self.region)

    @cached_property
    def result(self) -> dict[str, Any]:
        """The model's ``Parameter``; a SecureString's value still encrypted."""
        return {
            "Name": self.name,
            "Type": self.type,
            "Value": (b64encode(self.value) if self.type == SECURE else self.value).decode(),
            "Version": self.version,
            "LastModifiedDate": self.modified,
            "ARN": self.arn,
            "DataType": self.data_type,
        }

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The members that ``ParameterMetadata`` and ``ParameterHistory`` share."""
        metadata = {
            "Name": self.name,
            "Type": self.type,
            "LastModifiedDate": self.modified,
            "LastModifiedUser": self.modified_by,
            "Version": self.version,
            "Tier": self.tier,
            "Policies": [
                {"PolicyText": each.text, "PolicyType": each.type, "PolicyStatus": each.status}
                for each in self.policies
            ],
            "DataType": self.data_type,
        }
        given = {"KeyId": self.key_id, "Description": self.description, "AllowedPattern": self.allowed_pattern}
        return metadata | {name: value for name, value in given.items() if value}


@lru_cache(maxsize=4096)
def compiled(policy: str) -> Policy:
    """A resource policy, compiled once for all parameters with the same text. Raises MalformedPolicy."""
    return Policy.parse(policy, name="resource policy", kind="resource")


@record("ssm:Parameter", id="name", indexes={"parent": "parent", "tier": "tier"}, due="due_at", counted=("tier",))
class Parameter(Revision):
    labels: dict[str, int] = field(default_factory=dict)
    """Label -> the version it is attached to; each at one version only."""
    tags: dict[str, str] = field(default_factory=dict)
    resource_policy: str = ""
    resource_policy_id: str = ""

    @cached_property
    def parent(self) -> str:
        return parent(self.name)

    @property
    def due_at(self) -> datetime | None:
        """When a policy next has something to do."""
        return min((each.at for each in self.policies if each.status == "Pending"), default=None)

    @cached_property
    def compiled_policy(self) -> Policy | None:
        return compiled(self.resource_policy) if self.resource_policy else None

    @property
    def oldest_version(self) -> int:
        return max(1, self.version - VERSIONS_KEPT + 1)

    def labels_of(self, version: int) -> list[str]:
        return [label for label, labelled in self.labels.items() if labelled == version]

    def as_version(self) -> "ParameterVersion":
        """What is kept of it when a newer version takes its place."""
        return ParameterVersion(**values_of(self, ParameterVersion))


@record("ssm:ParameterVersion", id="version_id")
class ParameterVersion(Revision):
    """A version that is not the newest any more."""

    @cached_property
    def version_id(self) -> str:
        return version_id(self.name, self.version)


def version_id(name: str, version: int) -> str:
    return f"{name}:{version}"


@record("ssm:ServiceSetting", id="setting_id")
class ServiceSetting:
    """A setting of the account that differs from AWS's default."""

    setting_id: str
    account: str
    region: str
    value: str
    modified: datetime
    modified_by: str
