"""Organizations: a tree of accounts under one that manages it, and the policies that hold there.

An organization's record is its tree, and says by its ``revision`` that something else which decisions stand on has
changed: whoever keeps what is made of it and of an account compares those two records, and nothing more.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from vauban.identity.accounts import Account
from vauban.kernel.arns import PARTITION, arn
from vauban.kernel.records import Scope, record
from vauban.kernel.stores import Records
from vauban.policy import Policy, full_access

SERVICE_CONTROL = "SERVICE_CONTROL_POLICY"
RESOURCE_CONTROL = "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True)
class Unit:
    """The root, or an organizational unit."""

    unit_id: str
    name: str
    parent_id: str = ""
    """Empty for the root."""
    policies: tuple[str, ...] = ()
    """Ids of the policies attached to it."""
    tags: dict[str, str] = field(default_factory=dict)


@record("identity:Organization", id="organization_id", scope=Scope.GLOBAL)
class Organization:
    organization_id: str
    management_account: str
    created: datetime
    root_id: str
    units: dict[str, Unit]
    """The root and every organizational unit, by id."""
    feature_set: str = "ALL"
    policy_types: dict[str, bool] = field(default_factory=dict)
    """Those in force in the root, and whether somebody enabled them: ListRoots tells of no other."""
    services: dict[str, datetime] = field(default_factory=dict)
    """Service principals with trusted access, and since when."""
    delegations: dict[str, dict[str, datetime]] = field(default_factory=dict)
    """Accounts that are delegated administrators: the services they are so for, and since when."""
    resource_policy: str = ""
    """The document by which the management account delegates; empty where there is none."""
    resource_policy_id: str = ""
    resource_policy_tags: dict[str, str] = field(default_factory=dict)
    revision: int = 0

    @property
    def arn(self) -> str:
        return arn("organizations", "", self.management_account, f"organization/{self.organization_id}")

    def arn_of(self, noun: str, id: str) -> str:
        """``arn:aws:organizations::<management account>:ou/o-…/ou-…``."""
        return arn("organizations", "", self.management_account, f"{noun}/{self.organization_id}/{id}")

    def lineage(self, unit_id: str) -> tuple[Unit, ...]:
        """From the root down to the unit."""
        found: list[Unit] = []
        while unit_id:
            unit = self.units[unit_id]
            found.append(unit)
            unit_id = unit.parent_id
        return tuple(reversed(found))

    def path(self, unit_id: str) -> str:
        """``o-…/r-…/ou-…/``, as ``aws:PrincipalOrgPaths`` has it."""
        return "".join(f"{each}/" for each in (self.organization_id, *(unit.unit_id for unit in self.lineage(unit_id))))

    def revised(self) -> "Organization":
        """The same, as a new record: something that stands elsewhere has changed."""
        return replace(self, revision=self.revision + 1)

    @cached_property
    def compiled_resource_policy(self) -> Policy | None:
        if not self.resource_policy:
            return None
        return Policy.parse(self.resource_policy, name="resource policy", kind="resource")


@record(
    "identity:OrganizationPolicy",
    id="policy_id",
    scope=Scope.GLOBAL,
    indexes={"organization": "organization_id", "type": "organization_and_type"},
)
class OrganizationPolicy:
    policy_id: str
    organization_id: str
    arn: str
    type: str
    name: str
    content: str
    description: str = ""
    updated: datetime | None = None
    """When its content last changed; never, for those that AWS manages."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def aws_managed(self) -> bool:
        return not self.organization_id

    @property
    def organization_and_type(self) -> str:
        return f"{self.organization_id} {self.type}"

    @cached_property
    def compiled(self) -> Policy:
        """Of control policies only."""
        if self.aws_managed:
            return full_access("scp" if self.type == SERVICE_CONTROL else "rcp")
        return Policy.parse(
            self.content, name=self.name, kind="scp" if self.type == SERVICE_CONTROL else "rcp", arn=self.arn
        )


def _aws_managed(policy_id: str, type: str, principal: str) -> OrganizationPolicy:
    statement = f'{{\n      "Effect": "Allow",{principal}\n      "Action": "*",\n      "Resource": "*"\n    }}'
    return OrganizationPolicy(
        policy_id=policy_id,
        organization_id="",
        arn=f"arn:{PARTITION}:organizations::aws:policy/{type.lower()}/{policy_id}",
        type=type,
        name=policy_id.removeprefix("p-"),
        content=f'{{\n  "Version": "2012-10-17",\n  "Statement": [\n    {statement}\n  ]\n}}',
        description="Allows access to every operation"
        if type == SERVICE_CONTROL
        else "Allows access to every resource",
    )


FULL_ACCESS = {
    SERVICE_CONTROL: _aws_managed("p-FullAWSAccess", SERVICE_CONTROL, ""),
    RESOURCE_CONTROL: _aws_managed("p-RCPFullAWSAccess", RESOURCE_CONTROL, '\n      "Principal": "*",'),
}
"""What AWS attaches everywhere where a type of control policy is enabled."""

_AWS_MANAGED = {each.policy_id: each for each in FULL_ACCESS.values()}


def control_levels(
    records: Records, account: Account, organization: Organization, type: str
) -> tuple[tuple[OrganizationPolicy, ...], ...]:
    """The policies of a type that hold an account: at the root, at each unit, and its own. None where not in force."""
    if type not in organization.policy_types:
        return ()
    attached = [unit.policies for unit in organization.lineage(account.parent_id)]
    levels = []
    for ids in (*attached, account.policies):
        found = (organization_policy(records, organization, each) for each in ids)
        levels.append(tuple(each for each in found if each is not None and each.type == type))
    return tuple(levels)


def organization_policy(records: Records, organization: Organization, policy_id: str) -> OrganizationPolicy | None:
    """A policy of the organization, or one of AWS's."""
    found = _AWS_MANAGED.get(policy_id) or records.get(OrganizationPolicy, policy_id)
    return found if found is not None and found.organization_id in ("", organization.organization_id) else None
