"""What a secret knows of its replicas, and a replica of its primary."""

import json
from dataclasses import dataclass
from typing import Any

from vauban.kernel.arns import PARTITION

IN_PROGRESS, IN_SYNC, FAILED, PENDING, DETACHED = "InProgress", "InSync", "Failed", "Pending", "Detached"
ACCEPT = "secretsmanager:AcceptCrossAccountReplication"


@dataclass(frozen=True)
class Replica:
    """A replica in another Region, as its primary sees it."""

    region: str
    replication: str
    """An id of its own, so that what is told of one replica never touches its successor."""
    kms_key_id: str = ""
    status: str = IN_PROGRESS
    message: str = ""

    @property
    def described(self) -> dict[str, Any]:
        """The model's ``ReplicationStatusType``."""
        told = {
            "Region": self.region,
            "KmsKeyId": self.kms_key_id,
            "Status": self.status,
            "StatusMessage": self.message,
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
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def policy(self) -> str:
        """What the replica has besides its own policy: its primary's account may link it."""
        principal = {"AWS": f"arn:{PARTITION}:iam::{self.account}:root"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": ACCEPT, "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    @property
    def name(self) -> str:
        return self.arn.split(":secret:")[1][:-7]

    @property
    def described(self) -> dict[str, str]:
        """The model's ``CrossAccountPrimaryType``."""
        told = {"PrimarySecretARN": self.arn, "ReplicationStatus": self.status, "StatusMessage": self.message}
        return {name: value for name, value in told.items() if value}
