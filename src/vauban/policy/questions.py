"""What is asked, and what speaks to it."""

from typing import NamedTuple

from vauban.kernel.decisions import Layer
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy.policies import Policies
from vauban.policy.principals import Reach


class Question(NamedTuple):
    """May this principal do this to that resource?"""

    principal: Principal
    policies: Policies
    action: str
    resource: Resource

    @property
    def crosses_accounts(self) -> bool:
        return self.has_policies and self.resource.account not in ("", self.principal.account)

    @property
    def has_policies(self) -> bool:
        """Whether the caller is of an account, and so can have policies: services and web identities are not."""
        return bool(self.principal.account)

    @property
    def is_root(self) -> bool:
        """Whether the account's root user stands behind the caller, who then needs no identity policy."""
        kind, issuer_arn = self.principal.kind, self.principal.issuer_arn
        return kind == "root" or (kind == "federated-user" and issuer_arn.endswith(":root"))

    @property
    def has_boundary(self) -> bool:
        """Whether a permissions boundary applies: never to root, services or the anonymous."""
        bounded = self.principal.kind in ("user", "assumed-role", "federated-user")
        return bounded and self.policies.boundary is not None

    @property
    def resource_must_allow(self) -> bool:
        return self.crosses_accounts or self.resource.policy_rules or not self.has_policies


class Finding(NamedTuple):
    """A statement that speaks to the question, and where it stands."""

    layer: Layer
    level: int
    """Of the organization, from its root; 0 elsewhere."""
    allow: bool
    reach: Reach
    label: str
    clauses: tuple[str, ...] = ()
    """Its conditions, in words."""
    policy_arn: str = ""
    """Of the policy it stands in, if that is a managed one."""
