"""What a secret knows of its replicas, and a replica of its primary."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

IN_PROGRESS, IN_SYNC, FAILED, PENDING, DETACHED = "InProgress", "InSync", "Failed", "Pending", "Detached"


@dataclass(frozen=True)
class Replica:
    """A replica in another Region, as its primary sees it."""

    region: str
    kms_key_id: str = ""
    status: str = IN_PROGRESS
    message: str = ""
    accessed: datetime | None = None

    @property
    def described(self) -> dict[str, Any]:
        """The model's ``ReplicationStatusType``."""
        told = {
            "Region": self.region,
            "KmsKeyId": self.kms_key_id,
            "Status": self.status,
            "StatusMessage": self.message,
            "LastAccessedDate": self.accessed,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Association:
    """A replica in another account, as its primary sees it."""

    arn: str
    role_arn: str = ""
    status: str = IN_PROGRESS
    message: str = ""

    @property
    def described(self) -> dict[str, str]:
        """The model's ``CrossAccountReplicaEntry``."""
        told = {
            "ReplicaSecretARN": self.arn,
            "ReplicationRoleARN": self.role_arn,
            "ReplicationStatus": self.status,
            "StatusMessage": self.message,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Origin:
    """The primary in another account, as its replica sees it."""

    arn: str
    status: str = PENDING
    message: str = ""

    @property
    def described(self) -> dict[str, str]:
        """The model's ``CrossAccountPrimaryType``."""
        told = {"PrimarySecretARN": self.arn, "ReplicationStatus": self.status, "StatusMessage": self.message}
        return {name: value for name, value in told.items() if value}
