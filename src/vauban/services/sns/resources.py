"""What SNS keeps. Read this first; ``resolvers`` says how a call names it.

A subscription is kept with its topic, whoever's it is. A message is kept only while it is on its way: in the outbox,
and in a delivery for each endpoint outside that has not taken it yet.
"""

from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret
from vauban.policy import Policy

CLOUDTRAIL_TYPE = "AWS::SNS::Topic"
PENDING_FOR = timedelta(hours=48)
"""How long a subscription waits for its confirmation."""
DEDUPLICATED_FOR = timedelta(minutes=5)


@lru_cache(maxsize=4096)
def compiled(policy: str, principals: tuple[tuple[str, str], ...] = ()) -> Policy:
    """A topic's policy, compiled once for all topics with the same text. Raises MalformedPolicy."""
    return compile_bound(policy, dict(principals), name="resource policy", kind="resource")


@record("sns:Topic", id="name")
class Topic:
    name: str
    account: str
    region: str
    policy: str
    policy_principals: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN: those they had when it was put."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set, but for the policy."""
    tags: dict[str, str] = field(default_factory=dict)
    deleted: int = 0
    """Subscriptions that there are no more."""

    @cached_property
    def arn(self) -> str:
        return arn("sns", self.region, self.account, self.name)

    @property
    def fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @cached_property
    def compiled_policy(self) -> Policy:
        return compiled(self.policy, tuple(self.policy_principals.items()))


@record(
    "sns:Subscription",
    id="id",
    indexes={"topic": "topic", "standing": "standing", "token": "token_hash", "owner": "owner"},
    due="due_at",
    counted=("standing",),
)
class Subscription:
    topic: str
    """Its name."""
    number: str
    """A UUID: what the ARN ends with."""
    account: str
    region: str
    owner: str
    protocol: str
    endpoint: str
    created: datetime
    base: str
    """The address of this server as the subscriber knows it: ``http://127.0.0.1:4566``."""
    principal: str
    """The ARN of who subscribed."""
    attributes: dict[str, str] = field(default_factory=dict)
    pending: bool = False
    token_hash: str | None = None
    """SHA-256 of the newest confirmation token, in hex."""
    authenticated: bool = False
    """Whether its confirmation was."""
    guarded: bool = False
    """Whether nobody may unsubscribe it unsigned: AuthenticateOnUnsubscribe."""

    @cached_property
    def id(self) -> str:
        return f"{self.topic}:{self.number}"

    @cached_property
    def topic_arn(self) -> str:
        return arn("sns", self.region, self.account, self.topic)

    @cached_property
    def arn(self) -> str:
        return f"{self.topic_arn}:{self.number}"

    @property
    def standing(self) -> str:
        return standing(self.topic, self.pending)

    @property
    def due_at(self) -> datetime | None:
        return self.created + PENDING_FOR if self.pending else None

    @property
    def raw(self) -> bool:
        return self.attributes.get("RawMessageDelivery") == "true"


def standing(topic: str, pending: bool) -> str:
    return f"{topic} {'pending' if pending else 'confirmed'}"


@record("sns:Delivery", id="delivery_id", indexes={"subscription": "subscription"}, due="due_at")
class Delivery:
    """A message on its way to an endpoint outside."""

    delivery_id: str
    account: str
    region: str
    subscription: str
    """Its id."""
    kind: str
    """``Notification`` or ``SubscriptionConfirmation``."""
    due_at: datetime
    made: datetime
    message_id: str
    tries: int = 0
    content: bytes = secret(b"")
    """JSON: the body, and what goes beside it."""


@record("sns:Deduplication", id="id", due="ends")
class Deduplication:
    """A message that a FIFO topic took within the last five minutes."""

    id: str
    account: str
    region: str
    ends: datetime
    message_id: str
    sequence_number: str


@record("sns:DataKey", id="fingerprint", indexes={"holder": "holder"}, due="expires")
class DataKey:
    """A data key of KMS, kept for the principal that was given it."""

    fingerprint: str
    """SHA-256 of the key as KMS gave it, in hex."""
    account: str
    region: str
    holder: str
    """A digest of topic, KMS key and principal."""
    expires: datetime
    blob: bytes
    plaintext: bytes = secret()


@record("sns:Sequence", id="topic")
class Sequence:
    """How far a FIFO topic has counted."""

    topic: str
    account: str
    region: str
    number: int


@record("sns:SigningKey", id="fingerprint")
class SigningKey:
    """What an account's notifications in a Region are signed with, and the certificate that says so."""

    fingerprint: str
    account: str
    region: str
    ends: datetime
    certificate: str
    """PEM."""
    key: bytes = secret()
    """PKCS #8 in DER."""


def attributes_of(subscription: Subscription) -> dict[str, Any]:
    """What ListSubscriptions tells."""
    return {
        "SubscriptionArn": "PendingConfirmation" if subscription.pending else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }
