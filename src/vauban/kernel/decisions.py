"""May they: the answer, and because of which statement."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Layer(StrEnum):
    """The checks of a request, in AWS's order and words (IAM's ``CheckType``), with KMS grants beside."""

    RESOURCE_CONTROL_POLICY = "RESOURCE_CONTROL_POLICY"
    SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"
    VPC_ENDPOINT = "VPC_ENDPOINT"
    RESOURCE = "RESOURCE"
    PRINCIPAL = "PRINCIPAL"
    PERMISSIONS_BOUNDARY = "PERMISSIONS_BOUNDARY"
    SESSION = "SESSION"


class Effect(StrEnum):
    ALLOW = "ALLOW"
    NO_IMPACT = "NO_IMPACT"
    IMPLICIT_DENY = "IMPLICIT_DENY"
    EXPLICIT_DENY = "EXPLICIT_DENY"


@dataclass(frozen=True, slots=True)
class Check:
    """One layer's verdict, and the statements that gave it (``policy name/Sid``, or ``policy name/#index``)."""

    layer: Layer
    effect: Effect
    statements: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    """The ARN of each statement's policy, ``""`` for an inline one."""


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    action: str
    resource: str
    """The ARN decided on, or ``*``."""
    checks: tuple[Check, ...]
    reason: str = ""
    """Of a denial, in AWS's words: ``because no identity-based policy allows the kms:Decrypt action``."""
    remedy: str = ""
    """Of a denial: what would have allowed it, in plain words."""
    message: str = ""
    """Of a denial: all that the caller is told of it, where that is less than usual."""

    def explain(self) -> dict[str, Any]:
        """The decision as plain data, for the trail."""
        return {
            "allowed": self.allowed,
            "action": self.action,
            "resource": self.resource,
            "reason": self.reason,
            "remedy": self.remedy,
            "checks": [
                {
                    "layer": check.layer.value,
                    "effect": check.effect.value,
                    "statements": list(check.statements),
                    "arns": list(check.arns),
                }
                for check in self.checks
            ],
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Decision":
        """The decision that ``explain`` gave as data."""
        checks = tuple(
            Check(
                Layer(check["layer"]), Effect(check["effect"]), tuple(check["statements"]), tuple(check.get("arns", ()))
            )
            for check in data["checks"]
        )
        return cls(data["allowed"], data["action"], data["resource"], checks, data["reason"], data["remedy"])
