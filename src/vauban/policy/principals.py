"""The ``Principal`` and ``NotPrincipal`` elements: who a statement speaks of, and how directly.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from vauban.kernel.principals import Principal


class Reach(IntEnum):
    """How a resource's policy names a caller, from least to most."""

    ACCOUNT = 1
    """By its account: the account's own policies must allow as well."""
    ROLE = 2
    """By the role (or user) behind the session: the boundary and the session policies still cap it."""
    DIRECT = 3
    """Itself, or everyone: nothing but an explicit deny stands against it."""


_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?", re.ASCII)
_ENTITY = re.compile(
    r"arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)/[\w+=,.@/-]+"
    r"|sts::\d{12}:(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,124}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_PROVIDER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:saml|oidc)-provider/\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.ASCII)
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}", re.ASCII)
FORMS = {
    "AWS": re.compile("|".join((r"\*", _ACCOUNT.pattern, _ENTITY.pattern, _UNIQUE_ID.pattern)), re.ASCII),
    "Service": _SERVICE,
    "Federated": _PROVIDER,
    "CanonicalUser": _CANONICAL_USER,
}
"""The types of principal, and the form of their values."""


class Principals(NamedTuple):
    """Who an element names."""

    everyone: bool
    accounts: frozenset[str]
    names: frozenset[str]
    """ARNs, unique ids, services, identity providers."""
    negated: bool = False

    def reach(self, principal: Principal, *, bounded: bool = False) -> Reach | None:
        """How directly a statement reaches ``principal``; None where it does not.

        ``bounded`` is whether a permissions boundary applies to it: NotPrincipal excepts nobody who has one.
        """
        if self.negated:
            return None if self._excepts(principal) and not bounded else Reach.DIRECT
        if self.everyone or not self.names.isdisjoint(own_names(principal)):
            return Reach.DIRECT
        if not self.names.isdisjoint(issuer_names(principal)):
            return Reach.ROLE
        return Reach.ACCOUNT if self._names_account(principal.account) else None

    def _names_account(self, account: str) -> bool:
        return bool(account) and (account in self.accounts or canonical_user_id(account) in self.names)

    def _excepts(self, principal: Principal) -> bool:
        """Whether NotPrincipal names the caller whole: session, role and account alike."""
        identities = [names for names in (own_names(principal), issuer_names(principal)) if names]
        named = [not self.names.isdisjoint(names) for names in identities]
        if principal.account:
            named.append(self._names_account(principal.account))
        return self.everyone or (bool(named) and all(named))


@lru_cache(maxsize=1024)
def canonical_user_id(account: str) -> str:
    """The account's canonical user id, 64 hexadecimal digits, as S3 shows it of owners."""
    return sha256(b"canonical user\0" + account.encode()).hexdigest()


def own_names(principal: Principal) -> tuple[str, ...]:
    """The names that mean the caller itself."""
    if principal.kind in ("anonymous", "root"):
        return ()
    return (principal.arn, principal.unique_id)


def issuer_names(principal: Principal) -> tuple[str, ...]:
    """The names of the role, user or identity provider behind a session."""
    if not principal.issuer_arn:
        return ()
    return (principal.issuer_arn, principal.issuer_id or principal.unique_id.partition(":")[0])


def parse_principals(values: Mapping[str, Sequence[str]], *, negated: bool) -> Principals:
    """``values`` by type (``AWS``, ``Service``, …), checked before; ``*`` alone is ``{"AWS": ["*"]}``."""
    aws = values.get("AWS", [])
    accounts = {match[1] for each in aws if (match := _ACCOUNT.fullmatch(each))}
    names = [each for each in aws if not _ACCOUNT.fullmatch(each)]
    for kind in ("Service", "Federated", "CanonicalUser"):
        names.extend(values.get(kind, []))
    return Principals("*" in aws, frozenset(accounts), frozenset(names) - {"*"}, negated)
