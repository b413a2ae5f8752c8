"""Secrets of Secrets Manager, read as if they were parameters: ``/aws/reference/secretsmanager/<id>``.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.services.ssm.errors import ParameterNotFound

PREFIX = "/aws/reference/secretsmanager/"
VERSION_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """A secret's id, with a version's id or stage behind a colon where one is asked for."""

    text: str

    @property
    def name(self) -> str:
        """As a parameter, without the version."""
        return self.text.strip().partition(":")[0]

    @property
    def secret_id(self) -> str:
        return self.name.removeprefix(PREFIX)

    @property
    def selector(self) -> str:
        return self.text.strip().partition(":")[2]

    @property
    def params(self) -> dict[str, str]:
        """GetSecretValue's members."""
        if not self.selector:
            return {"SecretId": self.secret_id}
        member = "VersionId" if VERSION_ID.match(self.selector) else "VersionStage"
        return {"SecretId": self.secret_id, member: self.selector}


def is_reference(text: str) -> bool:
    return text.lstrip().startswith(PREFIX)


def described(call: Call, reference: Reference, with_decryption: bool) -> dict[str, Any]:
    """The model's ``Parameter``, read on the caller's authority.

    Raises ParameterNotFound for a secret that is not there, and Secrets Manager's refusals as they are.
    """
    if not with_decryption:
        raise ValidationException("WithDecryption flag must be True for retrieving a Secret Manager secret.")
    try:
        secret = call.ask("secretsmanager:GetSecretValue", **reference.params)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        raise ParameterNotFound(
            "An error occurred (ParameterNotFound) when referencing Secrets Manager: "
            f"Secret {reference.name} not found."
        ) from None
    result = {
        "Name": reference.name,
        "Type": "SecureString",
        "Value": secret.get("SecretString", ""),
        "Version": 0,
        "SourceResult": json.dumps(secret, default=_plain),
        "LastModifiedDate": secret["CreatedDate"],
        "ARN": secret["ARN"],
        "DataType": "text",
    }
    return {**result, "Selector": f":{reference.selector}"} if reference.selector else result


def _plain(value: Any) -> Any:
    """A time as seconds since the epoch."""
    return value.timestamp()
