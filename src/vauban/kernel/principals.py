"""Who calls."""

from dataclasses import dataclass, field
from typing import Literal

PrincipalKind = Literal["root", "user", "assumed-role", "federated-user", "service", "anonymous"]


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
    """The role's ARN, for a role session."""
    tags: dict[str, str] = field(default_factory=dict, hash=False)


ANONYMOUS = Principal(kind="anonymous", account="", arn="*", unique_id="ANONYMOUS_PRINCIPAL")


def service_principal(service: str) -> Principal:
    """A service of ours acting by itself, such as ``kms.amazonaws.com``."""
    return Principal(kind="service", account="", arn=f"{service}.amazonaws.com", unique_id=f"{service}.amazonaws.com")
