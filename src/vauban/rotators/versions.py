"""The versions of the secret that rotates, as its rotation function sees them."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
UNFIT = "/@\"'\\"
"""What would have to be quoted in connection strings."""


@dataclass(frozen=True)
class Versions:
    client: Any
    """boto3's or botocore's of Secrets Manager."""
    secret_id: str
    version_id: str
    """Of the pending version."""
    rotation_token: str | None = field(default=None, repr=False)

    def is_rotated(self) -> bool:
        """Whether there is nothing left to do. Raises ValueError unless the version is the pending one."""
        described = self.client.describe_secret(SecretId=self.secret_id)
        labels = described.get("VersionIdsToStages", {}).get(self.version_id)
        if labels is None:
            raise ValueError(f"Secret version {self.version_id} has no stage for rotation of secret {self.secret_id}.")
        if CURRENT in labels:
            return True
        if PENDING not in labels:
            raise ValueError(f"Secret version {self.version_id} is not pending for secret {self.secret_id}.")
        return False

    @property
    def current(self) -> dict[str, Any]:
        return self._value(VersionStage=CURRENT)

    @property
    def pending(self) -> dict[str, Any]:
        return self._value(VersionStage=PENDING, VersionId=self.version_id)

    def find_pending(self) -> dict[str, Any] | None:
        return self._find(VersionStage=PENDING, VersionId=self.version_id)

    def find_previous(self) -> dict[str, Any] | None:
        return self._find(VersionStage=PREVIOUS)

    def of_other(self, secret_id: str) -> dict[str, Any]:
        """The current value of another secret."""
        return json.loads(self.client.get_secret_value(SecretId=secret_id, VersionStage=CURRENT)["SecretString"])

    def put_pending(self, value: dict[str, Any]) -> None:
        proof = {"RotationToken": self.rotation_token} if self.rotation_token else {}
        self.client.put_secret_value(
            SecretId=self.secret_id,
            ClientRequestToken=self.version_id,
            SecretString=json.dumps(value),
            VersionStages=[PENDING],
            **proof,
        )

    def promote(self) -> None:
        """Make the pending version the current one, and no longer pending: a value put by hand may follow."""
        labelled = self.client.describe_secret(SecretId=self.secret_id)["VersionIdsToStages"]
        current = next(version for version, labels in labelled.items() if CURRENT in labels)
        self.client.update_secret_version_stage(
            SecretId=self.secret_id,
            VersionStage=CURRENT,
            MoveToVersionId=self.version_id,
            RemoveFromVersionId=current,
        )
        self.client.update_secret_version_stage(
            SecretId=self.secret_id, VersionStage=PENDING, RemoveFromVersionId=self.version_id
        )

    def new_password(self) -> str:
        """Random, as the function's environment wants it (the names are those of AWS's templates)."""
        asked = {
            "ExcludeNumbers": _says_so("EXCLUDE_NUMBERS"),
            "ExcludePunctuation": _says_so("EXCLUDE_PUNCTUATION"),
            "ExcludeUppercase": _says_so("EXCLUDE_UPPERCASE"),
            "ExcludeLowercase": _says_so("EXCLUDE_LOWERCASE"),
            "RequireEachIncludedType": _says_so("REQUIRE_EACH_INCLUDED_TYPE", "true"),
        }
        return self.client.get_random_password(
            PasswordLength=int(os.environ.get("PASSWORD_LENGTH", "32")),
            ExcludeCharacters=os.environ.get("EXCLUDE_CHARACTERS", UNFIT),
            **asked,
        )["RandomPassword"]

    def _value(self, **which: str) -> dict[str, Any]:
        return json.loads(self.client.get_secret_value(SecretId=self.secret_id, **which)["SecretString"])

    def _find(self, **which: str) -> dict[str, Any] | None:
        try:
            return self._value(**which)
        except self.client.exceptions.ResourceNotFoundException:
            return None


def _says_so(name: str, default: str = "false") -> bool:
    return os.environ.get(name, default).lower() == "true"
