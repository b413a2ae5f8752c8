"""Who calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PrincipalKind = Literal[
    "root", "user", "assumed-role", "federated-user", "service", "web-identity", "saml", "anonymous"
]


@dataclass(frozen=True)
class SessionContext:
    """What temporary credentials say beside who their principal is."""

    issued: float
    """Seconds since the epoch, by Vauban's clock."""
    mfa: float | None = None
    """When the caller showed a second factor (seconds since the epoch), or None."""
    source_identity: str = ""
    transitive_tags: tuple[str, ...] = ()
    """Keys of the tags that go on to the next role."""
    provider: str = ""
    """The identity provider behind it (``aws:FederatedProvider``): an ARN, or a host name."""
    facts: Mapping[str, str | list[str]] = field(default_factory=dict)
    """Condition keys (lower-case) that the identity provider told: ``saml:sub``, ``<issuer>:sub``."""
    chained: bool = False
    """Whether it was a session that assumed this role."""
    assumed_root: bool = False
    policies: tuple[str, ...] | None = field(default=None, repr=False)
    """Session policies, as documents, that narrow what the principal may; None where there are none of either sort."""
    policy_arns: tuple[str, ...] = ()
    """Managed policies among the session policies, as they are when a call is decided."""


@dataclass(frozen=True)
class Principal:
    """The authenticated caller. Its policies are looked up by ``arn``, never carried here."""

    kind: PrincipalKind
    account: str
    arn: str
    """What a policy names: ``arn:aws:iam::111122223333:user/alice``, a session's ARN, a service's DNS name."""
    unique_id: str
    """``aws:userid``: AIDA… for a user, AROA…:session for a role session, the account for root."""
    name: str = ""
    """``aws:username``, for users only."""
    access_key_id: str = ""
    issuer_arn: str = ""
    """Behind a session: the role's ARN, or the federating user's."""
    issuer_id: str = ""
    """The unique id of that role or user: ``AROA…``, ``AIDA…``."""
    tags: dict[str, str] = field(default_factory=dict, hash=False)
    session: SessionContext | None = field(default=None, hash=False)
    """Of temporary credentials; None for lasting ones."""


ANONYMOUS = Principal(kind="anonymous", account="", arn="*", unique_id="ANONYMOUS_PRINCIPAL")


def service_principal(service: str) -> Principal:
    """A service of ours acting by itself, such as ``kms.amazonaws.com``."""
    return Principal(kind="service", account="", arn=f"{service}.amazonaws.com", unique_id=f"{service}.amazonaws.com")
