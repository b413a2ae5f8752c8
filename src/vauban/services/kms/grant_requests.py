"""What CreateGrant asks for, and whether it may be asked.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#grant-operations; CreateGrant in KMS's model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.services.kms.errors import InvalidArnException
from vauban.services.kms.resources import Grant, Key

PRINCIPAL = re.compile(
    r"arn:aws[a-z-]*:(?:iam::(?P<iam>\d{12}):(?:root|user/.+|role/.+|federated-user/.+)"
    r"|sts::(?P<sts>\d{12}):(?:assumed-role/[^/]+/.+|federated-user/.+))\Z"
)
ALWAYS = frozenset({"CreateGrant", "DescribeKey", "RetireGrant"})
WITH_ENCRYPTION_CONTEXT = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    }
)
BY_USAGE = {
    "ENCRYPT_DECRYPT": frozenset({"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"}),
    "SIGN_VERIFY": frozenset({"Sign", "Verify", "GetPublicKey"}),
    "GENERATE_VERIFY_MAC": frozenset({"GenerateMac", "VerifyMac"}),
    "KEY_AGREEMENT": frozenset({"DeriveSharedSecret", "GetPublicKey"}),
    "ENCAPSULATE_DECAPSULATE": frozenset({"Encapsulate", "Decapsulate", "GetPublicKey"}),
}
"""The grant operations for keys that are not symmetric encryption keys."""
MOST_PAIRS = 8
LONGEST_VALUE = 384
"""Characters."""


@dataclass(frozen=True)
class GrantRequest:
    operations: tuple[str, ...]
    constraints: Mapping[str, Any]
    grantee_principal: str
    grantee_service_principal: str
    retiring_principal: str
    retiring_service_principal: str

    @property
    def fields(self) -> dict[str, Any]:
        """What of a ``Grant`` was asked for."""
        return {
            "operations": self.operations,
            "grantee_principal": self.grantee_principal,
            "grantee_service_principal": self.grantee_service_principal,
            "retiring_principal": self.retiring_principal,
            "retiring_service_principal": self.retiring_service_principal,
            "encryption_context_equals": self.constraints.get("EncryptionContextEquals"),
            "encryption_context_subset": self.constraints.get("EncryptionContextSubset"),
            "source_arn": self.constraints.get("SourceArn", ""),
        }

    def asks_for(self, grant: Grant) -> bool:
        """Whether ``grant`` is what this asks for, but for its name and date."""
        mine = {**self.fields, "operations": set(self.operations)}
        return all(
            (set(grant.operations) if name == "operations" else getattr(grant, name)) == wanted
            for name, wanted in mine.items()
        )

    def require_valid(self, key: Key) -> None:
        """Raises ValidationException or InvalidArnException for what no grant on ``key`` can be."""
        self._require_principals()
        self._require_operations(key)
        self._require_constraints(key)

    def _require_principals(self) -> None:
        if bool(self.grantee_principal) == bool(self.grantee_service_principal):
            raise ValidationException("Specify either GranteePrincipal or GranteeServicePrincipal, but not both.")
        if self.retiring_principal and self.retiring_service_principal:
            raise ValidationException("Specify either RetiringPrincipal or RetiringServicePrincipal, but not both.")
        if self.grantee_service_principal:
            if "SourceArn" not in self.constraints:
                raise ValidationException("A GranteeServicePrincipal requires the grant constraint SourceArn.")
            if not self.retiring_principal and not self.retiring_service_principal:
                raise ValidationException(
                    "A GranteeServicePrincipal requires a RetiringPrincipal or a RetiringServicePrincipal."
                )
        for principal in (self.grantee_principal, self.retiring_principal):
            if principal:
                require_principal(principal)

    def _require_operations(self, key: Key) -> None:
        if not self.operations:
            raise ValidationException("At least one operation is required.")
        for operation in self.operations:
            if operation not in ALWAYS | operations_of(key):
                raise ValidationException(
                    f"The operation {operation} is not supported for the key spec {key.key_spec} "
                    f"with the key usage {key.key_usage}."
                )

    def _require_constraints(self, key: Key) -> None:
        contexts = [
            self.constraints[kind]
            for kind in ("EncryptionContextEquals", "EncryptionContextSubset")
            if kind in self.constraints
        ]
        if contexts and key.key_spec != "SYMMETRIC_DEFAULT":
            raise ValidationException(
                f"Encryption context constraints cannot be used with keys of the key spec {key.key_spec}."
            )
        for context in contexts:
            if len(context) > MOST_PAIRS or any(len(value) > LONGEST_VALUE for value in context.values()):
                raise ValidationException(
                    f"A grant constraint takes at most {MOST_PAIRS} pairs with values of {LONGEST_VALUE} characters."
                )


def operations_of(key: Key) -> frozenset[str]:
    """The grant operations that the key can do."""
    return WITH_ENCRYPTION_CONTEXT if key.key_spec == "SYMMETRIC_DEFAULT" else BY_USAGE[key.key_usage]


def require_principal(text: str) -> str:
    """The account of a principal's ARN. Raises InvalidArnException for what is none."""
    found = PRINCIPAL.match(text)
    if found is None:
        raise no_principal(text)
    return found["iam"] or found["sts"]


def no_principal(text: str) -> InvalidArnException:
    return InvalidArnException(f"ARN does not refer to a valid principal: {text}")
