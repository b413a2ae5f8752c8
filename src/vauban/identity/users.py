"""IAM users, and what is attached to them."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.identity.arns import identity_arn
from vauban.identity.documents import inline_policies
from vauban.kernel.records import Scope, record
from vauban.policy import Policy


@record(
    "identity:User",
    id="name",
    scope=Scope.ACCOUNT,
    indexes={
        "boundary": "boundary_arn",
        "folded": "folded_name",
        "group": "groups",
        "id": "user_id",
        "policy": "attached",
    },
)
class User:
    account: str
    name: str
    user_id: str
    """``AIDA…``: never used again for another user of the same name."""
    created: datetime
    path: str = "/"
    policies: dict[str, str] = field(default_factory=dict)
    """Inline identity policies: name -> document."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    boundary: str = ""
    """The ARN of the managed policy that is its permissions boundary."""
    groups: tuple[str, ...] = ()
    """Names of groups."""
    tags: dict[str, str] = field(default_factory=dict)
    password_last_used: datetime | None = None

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "user", self.path, self.name)

    @cached_property
    def compiled_policies(self) -> tuple[Policy, ...]:
        return inline_policies(self.policies)

    @property
    def folded_name(self) -> str:
        """Names are unique without regard to case."""
        return self.name.lower()

    @property
    def boundary_arn(self) -> str | None:
        return self.boundary or None
