"""What is acted on, with all that a policy may ask of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal

if TYPE_CHECKING:
    from vauban.kernel.calls import Call
    from vauban.kernel.stores import World


class Context(Protocol):
    """The request context of a decision: condition keys (lower-case) and their values, worked out when asked."""

    call: "Call"
    """The call decided on: for grants, which resources keep beside their policy; policies know only ``get``."""

    def get(self, key: str) -> Any | None:
        """A string, bool, number, datetime, bytes, or list of strings; None where the key is absent."""
        ...


Grants = Callable[[Principal, str, Context], str | None]
"""Given caller, action and context: the name of a grant that allows it (``grant/<id>``), or None.

It must not hold the call: that holds its resources, and a cycle for each request is garbage to be collected.
"""


@dataclass(slots=True)
class Resource:
    arn: str
    """What policies match, or ``*`` for operations on no resource."""
    type: str = ""
    """The resource type of IAM's service reference: ``key``, ``alias``."""
    account: str = ""
    """The owner; ``""`` where it is the caller's."""
    record: Any = None
    policy: Any = None
    """The resource's own policy, compiled (``policy.Policy``), or None."""
    policy_rules: bool = False
    """True where identity policies count for nothing unless the resource's policy delegates (KMS keys, role trust)."""
    grants: Grants | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    absent: AwsError | None = None
    """What to raise once the caller has been allowed to know that the resource is not there."""
    cloudtrail_type: str = ""
    """``AWS::KMS::Key``."""
    aws_managed: bool = False
    """Whether AWS keeps it in the account: resource control policies do not reach it."""


ANY = Resource("*")


class Resolver(Protocol):
    """How a call names a resource. ``members`` are the request members it consumes."""

    members: tuple[str, ...]
    action: str
    """The IAM action decided on this resource, or ``""`` for ``service:Operation``."""

    def __call__(self, call: "Call", world: "World") -> Resource: ...
