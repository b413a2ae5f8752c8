"""What each kind of policy must hold, may hold, and how AWS words its refusals. Data; ``documents`` applies it."""

from enum import Enum
from typing import Literal, NamedTuple

Kind = Literal[
    "identity",
    "managed",
    "boundary",
    "session",
    "simulated",
    "scp",
    "rcp",
    "aws-managed-rcp",
    "endpoint",
    "resource",
    "secret",
    "key",
    "trust",
    "rule-group",
]
"""``managed`` is a customer managed policy, ``identity`` an inline one; ``key`` is a KMS key's, ``trust`` a role's,
``rule-group`` shares one of WAF's, ``simulated`` is one that is only tried out."""


class Presence(Enum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    PROHIBITED = "prohibited"


REQUIRED, OPTIONAL, PROHIBITED = Presence


class Rules(NamedTuple):
    principal: Presence
    action: Presence = REQUIRED
    resource: Presence = REQUIRED
    """A statement that may lack its action or resource, and does, is accepted and means nothing."""
    prohibited: frozenset[str] = frozenset()
    """Further elements that a statement may not have."""
    effects: frozenset[str] = frozenset({"Allow", "Deny"})
    any_principal_only: bool = False
    versioned: bool = False
    """Whether ``Version`` must be there, and 2012-10-17."""
    strict_sids: bool = False
    """Whether a Sid is alphanumeric and unique."""
    resource_implied: bool = False
    """Whether the resource is always the one the policy is on."""
    actions: frozenset[str] = frozenset()
    """The only actions it may speak of, lower-case; all where empty."""
    size: int | None = None
    """The most characters."""
    size_ignores_space: bool = False
    principal_refusal: str = "Has prohibited field Principal"
    action_missing: str = "Missing required field Action"
    resource_missing: str = "Missing required field Resource"
    invalid_principal: str = 'Invalid principal in policy: "{type}":"{value}"'


_ATTACHED = Rules(
    PROHIBITED,
    strict_sids=True,
    size_ignores_space=True,
    principal_refusal="Policy document should not specify a principal.",
    action_missing="Policy statement must contain actions.",
    resource_missing="Policy statement must contain resources.",
)
"""A policy attached to an identity: the principal is understood."""

TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)

RULES: dict[str, Rules] = {
    "identity": _ATTACHED._replace(size=10_240),
    "managed": _ATTACHED._replace(size=6_144, versioned=True),
    "boundary": _ATTACHED._replace(size=6_144),
    "session": _ATTACHED._replace(size=2_048, size_ignores_space=False),
    "simulated": _ATTACHED,
    "scp": _ATTACHED._replace(size=10_240),
    "rcp": Rules(
        REQUIRED,
        prohibited=frozenset({"NotPrincipal", "NotAction"}),
        effects=frozenset({"Deny"}),
        any_principal_only=True,
        strict_sids=True,
        size=5_120,
        size_ignores_space=True,
    ),
    "aws-managed-rcp": Rules(REQUIRED),
    "endpoint": Rules(REQUIRED, size=20_480, size_ignores_space=True),
    "resource": Rules(REQUIRED),
    "secret": Rules(REQUIRED, size=20_480, invalid_principal="This resource policy contains an unsupported principal."),
    "key": Rules(
        REQUIRED,
        action=OPTIONAL,
        resource=OPTIONAL,
        size=32_768,
        invalid_principal="Policy contains a statement with one or more invalid principals.",
    ),
    "trust": Rules(
        REQUIRED,
        resource=PROHIBITED,
        resource_implied=True,
        prohibited=frozenset({"NotPrincipal"}),
        strict_sids=True,
        actions=TRUST_ACTIONS,
        size=4_096,
        size_ignores_space=True,
    ),
    "rule-group": Rules(
        REQUIRED,
        resource=PROHIBITED,
        resource_implied=True,
        prohibited=frozenset({"NotPrincipal", "NotAction"}),
        effects=frozenset({"Allow"}),
        versioned=True,
    ),
}
