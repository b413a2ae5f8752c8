"""Managed policies, with their versions. Those of AWS are data, and in every account."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Any

from vauban.identity.arns import identity_arn
from vauban.identity.ids import POLICY
from vauban.kernel.records import Scope, record
from vauban.kernel.stores import Records
from vauban.policy import Policy

AWS = "aws"
"""Stands where the ARN of a policy has its account, for those that AWS manages."""
DATA = "aws_managed_policies.json"


@dataclass(frozen=True)
class Version:
    version_id: str
    """``v1``, ``v2``…"""
    document: str
    created: datetime

    @property
    def number(self) -> int:
        return int(self.version_id[1:])


@record("identity:ManagedPolicy", id="name", scope=Scope.ACCOUNT, indexes={"folded": "folded_name"})
class ManagedPolicy:
    account: str
    """``aws`` for those that AWS manages."""
    name: str
    policy_id: str
    """``ANPA…``"""
    created: datetime
    updated: datetime
    versions: tuple[Version, ...]
    """In order of making; at most five."""
    default_version_id: str = "v1"
    latest: int = 1
    """The number of the newest version ever made: numbers are not used twice."""
    path: str = "/"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "policy", self.path, self.name)

    @cached_property
    def default(self) -> Version:
        return next(each for each in self.versions if each.version_id == self.default_version_id)

    @cached_property
    def compiled_policy(self) -> Policy:
        return Policy.parse(self.default.document, name=self.name, kind="managed", arn=self.arn)

    @property
    def folded_name(self) -> str:
        """Names are unique without regard to case, whatever the path."""
        return self.name.lower()


def managed_policy(records: Records, arn: str) -> ManagedPolicy | None:
    """The policy of an ARN: one of the account's own, or one of AWS's."""
    if arn.split(":", 5)[4:5] == [AWS]:
        return aws_managed_policies().get(arn)
    found = records.get(ManagedPolicy, arn.rpartition("/")[2])
    return found if found is not None and found.arn == arn else None


@cache
def aws_managed_policies() -> dict[str, ManagedPolicy]:
    """AWS's own, by ARN, in order of ARN."""
    rows = json.loads(files(__package__).joinpath(DATA).read_text("utf-8"))["policies"]
    policies = [_aws_managed_policy(name, row) for name, row in rows.items()]
    return {each.arn: each for each in sorted(policies, key=lambda each: each.arn)}


def _aws_managed_policy(name: str, row: dict[str, Any]) -> ManagedPolicy:
    created, updated = (datetime.fromisoformat(row[when]) for when in ("created", "updated"))
    version = Version(row["version"], json.dumps(row["document"], indent=4), updated)
    return ManagedPolicy(
        account=AWS,
        name=name,
        policy_id=_policy_id(name),
        created=created,
        updated=updated,
        versions=(version,),
        default_version_id=version.version_id,
        latest=version.number,
        path=row.get("path", "/"),
        description=row.get("description", ""),
    )


def _policy_id(name: str) -> str:
    """The same wherever Vauban runs, as AWS's are the same in every account."""
    return POLICY + base64.b32encode(sha256(name.encode()).digest()).decode()[:17]
