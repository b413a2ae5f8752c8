"""Groups: policies that users share. Who is in one, each user's own record says."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.identity.arns import identity_arn
from vauban.identity.documents import inline_policies
from vauban.kernel.records import Scope, record
from vauban.policy import Policy


@record("identity:Group", id="name", scope=Scope.ACCOUNT, indexes={"folded": "folded_name", "policy": "attached"})
class Group:
    account: str
    name: str
    group_id: str
    """``AGPA…``"""
    created: datetime
    path: str = "/"
    policies: dict[str, str] = field(default_factory=dict)
    """Inline policies: name -> document."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "group", self.path, self.name)

    @cached_property
    def compiled_policies(self) -> tuple[Policy, ...]:
        return inline_policies(self.policies)

    @property
    def folded_name(self) -> str:
        return self.name.lower()
