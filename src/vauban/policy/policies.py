"""Policies, compiled once and asked often."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

from vauban.policy.documents import CURRENT_VERSION, read_document
from vauban.policy.kinds import Kind
from vauban.policy.statements import Statement, compile_statement


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy of any kind. Two are the same only if they are one object."""

    name: str
    """What people know it by: ``AdministratorAccess``, ``default``."""
    kind: Kind
    version: str
    id: str
    statements: tuple[Statement, ...] = field(repr=False)
    arn: str = ""
    """Of a managed policy; a denial by it names it."""

    @classmethod
    def parse(cls, document: str | dict[str, Any], *, name: str, kind: Kind, arn: str = "") -> "Policy":
        """Compile a JSON document, or one already read. Raises MalformedPolicy where AWS would refuse it."""
        read = read_document(document, kind)
        variables = read.version == CURRENT_VERSION
        statements = tuple(
            compile_statement(each, f"{name}/{each.sid or f'#{index}'}", variables=variables)
            for index, each in enumerate(read.statements)
        )
        return cls(name, kind, read.version, read.id, statements, arn)

    def about(self, service: str) -> tuple[Statement, ...]:
        """The statements that may speak of a service's actions."""
        return self._by_service.get(service, self._of_any_service)

    @property
    def principals(self) -> frozenset[str]:
        """Everyone it names: account ids, ARNs, unique ids, services. ``*`` is not among them."""
        named = [each.principals for each in self.statements if each.principals]
        return frozenset().union(*(each.accounts | each.names for each in named))

    @cached_property
    def _of_any_service(self) -> tuple[Statement, ...]:
        return tuple(each for each in self.statements if each.services is None)

    @cached_property
    def _by_service(self) -> dict[str, tuple[Statement, ...]]:
        services = frozenset().union(*(each.services for each in self.statements if each.services))
        return {
            service: tuple(each for each in self.statements if each.services is None or service in each.services)
            for service in services
        }


@dataclass(frozen=True, eq=False)
class Policies:
    """Everything attached to a principal and its organization. Caches may key on the object itself."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    """None where the caller has no session policies; an empty tuple allows nothing."""
    service_control: tuple[tuple[Policy, ...], ...] = ()
    """Root, organizational units, account: each level must allow. Empty where none apply."""
    resource_control: tuple[tuple[Policy, ...], ...] = ()
    """As above, for the organization of the resource's owner."""
    endpoint: Policy | None = None


_FULL_ACCESS = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def full_access(kind: Literal["scp", "rcp"]) -> Policy:
    """AWS's own ``FullAWSAccess`` (SCP) and ``RCPFullAWSAccess``, which every level starts with."""
    if kind == "scp":
        return Policy.parse(_document(_FULL_ACCESS), name="FullAWSAccess", kind="scp")
    statement = {**_FULL_ACCESS, "Principal": "*"}
    return Policy.parse(_document(statement), name="RCPFullAWSAccess", kind=cast(Kind, "aws-managed-rcp"))


def _document(statement: dict[str, str]) -> dict[str, Any]:
    return {"Version": CURRENT_VERSION, "Statement": [statement]}
