"""Roles: who may become one (the trust policy), and what they may do then."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.identity.arns import identity_arn
from vauban.identity.bound_documents import compile_bound
from vauban.identity.documents import inline_policies
from vauban.kernel.records import Scope, record
from vauban.policy import Policy

SERVICE_LINKED = "/aws-service-role/"
"""What the path of a service-linked role begins with; the service's principal follows."""


@record(
    "identity:Role",
    id="name",
    scope=Scope.ACCOUNT,
    indexes={"boundary": "boundary_arn", "folded": "folded_name", "id": "role_id", "policy": "attached"},
)
class Role:
    account: str
    name: str
    role_id: str
    """``AROA…``: never used again for another role of the same name."""
    created: datetime
    trust_policy: str
    """The ``AssumeRolePolicyDocument``, as it was put."""
    trusted_ids: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the trust policy names, by ARN."""
    path: str = "/"
    description: str = ""
    max_session_duration: int = 3600
    """Seconds."""
    policies: dict[str, str] = field(default_factory=dict)
    """Inline identity policies: name -> document."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    boundary: str = ""
    """The ARN of the managed policy that is its permissions boundary."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "role", self.path, self.name)

    @cached_property
    def compiled_policies(self) -> tuple[Policy, ...]:
        return inline_policies(self.policies)

    @cached_property
    def compiled_trust_policy(self) -> Policy:
        return compile_bound(self.trust_policy, self.trusted_ids, name="trust policy", kind="trust")

    @property
    def linked_service(self) -> str:
        """The service that a service-linked role belongs to; ``""`` for any other role."""
        return self.path.split("/")[2] if self.path.startswith(SERVICE_LINKED) else ""

    @property
    def folded_name(self) -> str:
        """Names are unique without regard to case."""
        return self.name.lower()

    @property
    def boundary_arn(self) -> str | None:
        return self.boundary or None
