"""What Secrets Manager keeps. Read this first; ``resolvers`` says how a call names it.

A secret is its metadata and its staging labels; each label points at a version. A version's value is sealed under a
data key of its own, which only KMS can open. A label may point at a version that has no value yet.
"""

from dataclasses import field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import record
from vauban.policy import Policy
from vauban.services.secretsmanager.replica_states import Association, Origin, Replica
from vauban.services.secretsmanager.rotation_rules import Rotation

CLOUDTRAIL_TYPE = "AWS::SecretsManager::Secret"
DEFAULT_KEY = "alias/aws/secretsmanager"
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
SECONDS_A_DAY = 86_400


@lru_cache(maxsize=4096)
def compiled(policy: str, principals: tuple[tuple[str, str], ...] = ()) -> Policy:
    """A secret's policy, compiled once for all secrets with the same text; ``principals`` are bound to unique ids.

    Raises MalformedPolicy.
    """
    return compile_bound(policy, dict(principals), name="resource policy", kind="secret")


@record("secretsmanager:Secret", id="name", due="due_at")
class Secret:
    name: str
    account: str
    region: str
    suffix: str
    """Six random characters that end the ARN: a secret made anew under an old name is another secret."""
    created: datetime
    changed: datetime
    stages: dict[str, str] = field(default_factory=dict)
    """Staging label -> the id of the one version it is on."""
    version_count: int = 0
    """Versions that have a value."""
    kms_key_id: str = ""
    """As it was given; empty for the AWS managed key."""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    policy: str = ""
    policy_principals: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN: those they had when it was put."""
    owning_service: str = ""
    accessed_day: int = 0
    """Days since the epoch; 0 for never."""
    deletion_date: datetime | None = None
    prune_at: datetime | None = None
    """When outdated versions are next looked for."""
    rotation: Rotation | None = None
    replicas: tuple[Replica, ...] = ()
    primary_region: str = ""
    """Of a replica: where its primary is."""
    replication: str = ""
    """Of a replica, also when it is one no more: the id its primary knows it by."""
    origin: Origin | None = None
    """Of a cross-account replica: its primary."""
    associations: tuple[Association, ...] = ()
    """Cross-account replicas of this secret."""

    @cached_property
    def arn(self) -> str:
        return arn("secretsmanager", self.region, self.account, f"secret:{self.key}")

    @cached_property
    def key(self) -> str:
        """What tells it from every other secret of its account and Region, past ones too."""
        return f"{self.name}-{self.suffix}"

    @cached_property
    def compiled_policy(self) -> Policy | tuple[Policy, ...] | None:
        own = compiled(self.policy, tuple(self.policy_principals.items())) if self.policy else None
        if self.origin is None:
            return own
        of_primary = compiled(self.origin.policy)
        return of_primary if own is None else (own, of_primary)

    @property
    def due_at(self) -> datetime | None:
        """When the clock has something to do: delete it, rotate it, or forget its outdated versions."""
        if self.deletion_date is not None:
            return self.deletion_date
        rotates_at = self.rotation.rotates_at if self.rotation else None
        return min((each for each in (self.prune_at, rotates_at) if each is not None), default=None)

    @property
    def is_replica(self) -> bool:
        return bool(self.primary_region) or self.origin is not None

    def labels_of(self, version_id: str) -> list[str]:
        return [label for label, at in self.stages.items() if at == version_id]

    @property
    def versions_to_stages(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for label, version_id in self.stages.items():
            found.setdefault(version_id, []).append(label)
        return found


@record("secretsmanager:Version", id="id", indexes={"secret": "secret"})
class Version:
    secret: str
    """The secret's ``key``."""
    version_id: str
    account: str
    region: str
    created: datetime
    kms_key_id: str
    """Whose ciphertext ``data_key`` is, as the secret named it; empty for the AWS managed key."""
    data_key: bytes
    sealed: bytes
    """``crypto.wrapping.wrap`` under the data key."""
    binary: bool = False
    """Whether it was given as SecretBinary."""
    accessed_day: int = 0

    @cached_property
    def id(self) -> str:
        return version_key(self.secret, self.version_id)


def version_key(secret: str, version_id: str) -> str:
    return f"{secret} {version_id}"


@record("secretsmanager:Listing", id="id")
class Listing:
    """A secret's place among the account's, by age: what ListSecrets walks along."""

    account: str
    region: str
    created: datetime
    name: str

    @cached_property
    def id(self) -> str:
        return listing_key(self.created, self.name)


def listing_key(created: datetime, name: str) -> str:
    return f"{int(created.timestamp() * 1000):015} {name}"


def own_key(kms_key_id: str) -> str:
    """The key as it is kept: nothing for the AWS managed one, whichever way it is named."""
    return "" if kms_key_id.endswith(DEFAULT_KEY) else kms_key_id


def day_of(day: int) -> datetime:
    return datetime.fromtimestamp(day * SECONDS_A_DAY, UTC)


def dates_of(secret: Secret) -> dict[str, Any]:
    """The dates that DescribeSecret and ListSecrets tell, those there are."""
    rotation = secret.rotation
    dates = {
        "CreatedDate": secret.created,
        "LastChangedDate": secret.changed,
        "LastAccessedDate": day_of(secret.accessed_day) if secret.accessed_day else None,
        "DeletedDate": secret.deletion_date,
        "LastRotatedDate": rotation.rotated if rotation else None,
        "NextRotationDate": rotation.window_ends if rotation and rotation.enabled else None,
    }
    return {name: date for name, date in dates.items() if date is not None}
