"""Instance profiles: how an EC2 instance is given a role."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.identity.arns import identity_arn
from vauban.kernel.records import Scope, record


@record(
    "identity:InstanceProfile", id="name", scope=Scope.ACCOUNT, indexes={"folded": "folded_name", "role": "role_names"}
)
class InstanceProfile:
    account: str
    name: str
    instance_profile_id: str
    """``AIPA…``"""
    created: datetime
    path: str = "/"
    role: str = ""
    """The name of its role, of which it has one at most."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "instance-profile", self.path, self.name)

    @property
    def folded_name(self) -> str:
        return self.name.lower()

    @property
    def role_names(self) -> str | None:
        return self.role or None
