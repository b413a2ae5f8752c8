"""What happened: domain events for EventBridge, audit events for CloudTrail."""

from typing import Any

import msgspec

from vauban.kernel.principals import Principal


class DomainEvent(msgspec.Struct, frozen=True):
    """An event in EventBridge's own shape, as it waits in the outbox."""

    id: str
    source: str
    """``aws.kms``."""
    detail_type: str
    account: str
    region: str
    time: float
    """Seconds since the epoch, by Vauban's clock."""
    resources: tuple[str, ...]
    detail: dict[str, Any]
    cause: Principal | None = None
    """Who brought it about: on whose behalf a reaction may ask."""
    to: tuple[str, str] | None = None
    """Account and region it is sent to, for services' reactions there alone; None for what is told at large."""
    secrets: dict[str, bytes] = {}
    """What only the reaction may see: sealed for as long as the event waits."""
    lane: str = ""
    """Events of a place that are in lanes of their own do not wait for each other."""

    @property
    def place(self) -> tuple[str, str]:
        """Account and region in which services react to it."""
        return self.to or (self.account, self.region)

    def __repr__(self) -> str:
        return f"DomainEvent({self.id!r}, {self.source!r}, {self.detail_type!r}, place={self.place!r})"


class AuditEvent(msgspec.Struct, array_like=True):
    """One call as the trail remembers it, compact; ``events.trail`` turns it into CloudTrail's shape.

    Secrets never get here: ``params`` and ``result`` are redacted by the service's model before.
    """

    time: float
    request_id: str
    service: str
    """The signing name: ``kms``."""
    operation: str
    account: str
    """The recipient: whose trail it is on."""
    region: str
    principal: tuple[str, str, str, str, str, str, str]
    """kind, account, arn, unique id, name, access key id, issuer ARN."""
    source_ip: str
    user_agent: str
    tls: str
    """Over which version and cipher suite of TLS it came (``Request.tls``); empty without."""
    read_only: bool
    params: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    resources: tuple[tuple[str, str, str], ...] = ()
    """ARN, CloudTrail resource type (``AWS::KMS::Key``), owning account."""
    invoked_by: str | None = None
    """The service that asked on the caller's authority, such as ``ssm.amazonaws.com``."""
    authorization_id: str | None = None
    decision: dict[str, Any] | None = None
    """A denial's explanation, as ``kernel.decisions.Decision.explain`` gives it, with what it stood on: the request's
    ``context``, and the ``targets`` of the organization's policies."""
    event_type: str = "AwsApiCall"
    """``AwsApiCall``, or ``AwsServiceEvent`` for what a service does by itself."""
    event_id: str = ""
    """A UUID made from where the event stands in the trail, and so given when it is read."""
    session: tuple[float, bool, str, str, str] | None = None
    """Of temporary credentials: when they were issued, whether with MFA, source identity, identity provider, and the
    unique id of the role or user behind them."""
    host: str | None = None
    """The host header of a call that came over TLS."""
