"""The policies of a simulation: given as text, or those that speak for a user, a group or a role."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from vauban.identity.attachments import attachments
from vauban.identity.groups import Group
from vauban.identity.managed_policies import ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.stores import Records
from vauban.policy import MalformedPolicy, Policy
from vauban.policy.kinds import Kind
from vauban.policy.matching import Match, matcher, parts
from vauban.policy.positions import Span, statement_spans
from vauban.services.iam.errors import InvalidInputException

IAM_POLICY, RESOURCE_POLICY = "IAM Policy", "Resource Policy"


class Simulated(NamedTuple):
    """A policy as the simulation knows it."""

    source_id: str
    source_type: str
    document: str
    policy: Policy
    spans: list[Span]

    def statement(self, index: int) -> dict[str, Any]:
        """A matched statement, in the model's words."""
        start, end = self.spans[index]
        return {
            "SourcePolicyId": self.source_id,
            "SourcePolicyType": self.source_type,
            "StartPosition": {"Line": start.line, "Column": start.column},
            "EndPosition": {"Line": end.line, "Column": end.column},
        }


def simulated(source_id: str, document: str, kind: Kind = "simulated", source_type: str = IAM_POLICY) -> Simulated:
    """Raises InvalidInputException for what is no such policy."""
    try:
        policy = Policy.parse(document, name=source_id, kind=kind)
    except MalformedPolicy as error:
        raise InvalidInputException(f"Invalid policy {source_id}: {error}") from None
    return Simulated(source_id, source_type, document, policy, statement_spans(document))


def given(member: str, documents: Iterable[str] | None) -> list[Simulated]:
    """Those of a request member: ``PolicyInputList.1``, ``PolicyInputList.2``…"""
    return [simulated(f"{member}.{number}", each) for number, each in enumerate(documents or (), 1)]


class Excluded:
    """What ``PolicyExclusionList`` leaves out."""

    def __init__(self, identifiers: Sequence[dict[str, Any]] | None):
        self._types = {each["PolicyType"] for each in identifiers or () if "PolicyType" in each}
        self._arns = [_wild(each["PolicyArn"]) for each in identifiers or () if "PolicyArn" in each]
        self._inline = [
            each["InlinePolicyIdentifier"] for each in identifiers or () if "InlinePolicyIdentifier" in each
        ]

    def managed(self, policy: ManagedPolicy, *, boundary: bool = False) -> bool:
        kind = "permission-boundary" if boundary else "aws-managed" if policy.account == "aws" else "user-managed"
        return kind in self._types or any(fits(policy.arn) for fits in self._arns)

    def inline(self, noun: str, entity: str, name: str) -> bool:
        return "inline" in self._types or any(
            each["PolicyName"] == name and each["AttachmentType"] == noun and _wild(each["AttachmentName"])(entity)
            for each in self._inline
        )

    def type(self, name: str) -> bool:
        """Whether all of a type are left out: ``scp``."""
        return name in self._types


def _wild(pattern: str) -> Match:
    if pattern.count("*") > 1:
        raise InvalidInputException(f"Invalid policy identifier: {pattern}")
    return matcher(parts(pattern))


def speaking_for(records: Records, entity: User | Group | Role, excluded: Excluded) -> Iterator[Simulated]:
    """The identity policies of an entity, and of a user's groups."""
    if isinstance(entity, Group):
        groups: Sequence[Group] = (entity,)
        found = (managed_policy(records, arn) for arn in entity.attached)
        managed = [each for each in found if each is not None]
    else:
        attached = attachments(records, entity)
        groups, managed = attached.groups, list(attached.managed)
        yield from _inline("user" if isinstance(entity, User) else "role", entity, excluded)
    for group in groups:
        yield from _inline("group", group, excluded)
    for policy in {each.arn: each for each in managed}.values():
        if not excluded.managed(policy):
            yield simulated(policy.name, policy.default.document)


def _inline(noun: str, entity: User | Group | Role, excluded: Excluded) -> Iterator[Simulated]:
    for name in sorted(entity.policies):
        if not excluded.inline(noun, entity.name, name):
            yield simulated(f"{noun}_{entity.name}_{name}", entity.policies[name])


def boundary_of(records: Records, entity: User | Group | Role, excluded: Excluded) -> Simulated | None:
    found = managed_policy(records, entity.boundary) if getattr(entity, "boundary", "") else None
    if found is None or excluded.managed(found, boundary=True):
        return None
    return simulated(found.name, found.default.document)
