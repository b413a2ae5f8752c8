"""What Lambda keeps. Read this first; ``resolvers`` says how a call names it.

A function is its name, its tags and its policies. What it runs is a version: ``$LATEST``, which changes, or one that
was published, which does not. An alias points at a version, or at two. Code is kept once for all versions with it.
"""

import json
from dataclasses import field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import Scope, record, secret
from vauban.policy import Policy

CLOUDTRAIL_TYPE = "AWS::Lambda::Function"
LATEST = "$LATEST"


@lru_cache(maxsize=4096)
def compiled(policy: str) -> Policy:
    """A function's policy, compiled once for all with the same text. Raises MalformedPolicy."""
    return compile_bound(policy, {}, name="function policy", kind="resource")


def document_of(statements: tuple[dict[str, Any], ...]) -> str:
    """A policy of these; empty where there are none."""
    if not statements:
        return ""
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements}, separators=(",", ":"))


@record("lambda:Function", id="name")
class Function:
    name: str
    account: str
    region: str
    tags: dict[str, str] = field(default_factory=dict)
    statements: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    """Of its policies, by the qualifier they are on; ``""`` is the function itself."""
    policy_revisions: dict[str, str] = field(default_factory=dict)
    published: int = 0
    """The number of the version that was published last."""
    reserved: int | None = None
    """How many invocations at a time it may have; None where it has its share of the account's."""

    @cached_property
    def arn(self) -> str:
        return arn("lambda", self.region, self.account, f"function:{self.name}")

    def arn_of(self, qualifier: str) -> str:
        return f"{self.arn}:{qualifier}" if qualifier else self.arn

    def policy(self, qualifier: str) -> str:
        """The policy on a qualifier as a document; empty where there is none."""
        return document_of(self.statements.get(qualifier, ()))

    def compiled_policy(self, qualifier: str) -> Policy | None:
        policy = self.policy(qualifier)
        return compiled(policy) if policy else None


@record("lambda:Version", id="version_id")
class Version:
    version_id: str
    """``name:version``."""
    account: str
    region: str
    name: str
    """The function's."""
    version: str
    runtime: str
    role: str
    handler: str
    code_sha256: str
    """Base64."""
    code_size: int
    last_modified: datetime
    revision_id: str
    architecture: str
    description: str = ""
    timeout: int = 3
    memory_size: int = 128
    ephemeral_storage: int = 512
    environment: bytes = secret(b"")
    """Variables by name, as JSON; empty where none were ever given. As KMS encrypted it, where there is a key."""
    dead_letters: str = ""
    """The ARN of the queue or topic that is sent the events it failed on."""
    layers: tuple[tuple[str, int], ...] = ()
    """ARNs of layers' versions and their sizes in bytes, in the order they are laid."""
    kms_key: str = ""
    """The ARN of the key of KMS that its variables are encrypted under; empty where it is none of the customer's."""
    log_group_name: str = ""
    """Where it has another log group than functions mostly have."""

    @property
    def code_id(self) -> str:
        return f"{self.name}:{self.code_sha256}"

    @property
    def log_group(self) -> str:
        return self.log_group_name or f"/aws/lambda/{self.name}"

    @property
    def arn(self) -> str:
        """With the version's number where it was published."""
        own = arn("lambda", self.region, self.account, f"function:{self.name}")
        return own if self.version == LATEST else f"{own}:{self.version}"


@record("lambda:Code", id="code_id")
class Code:
    code_id: str
    """``name:`` and the archive's SHA-256."""
    account: str
    region: str
    archive: bytes = secret()


@record("lambda:Alias", id="alias_id")
class Alias:
    alias_id: str
    """``name:alias``."""
    account: str
    region: str
    function: str
    name: str
    version: str
    revision_id: str
    description: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    """Versions that have a share of the invocations besides, by number."""


@record("lambda:EventSourceMapping", id="uuid")
class EventSourceMapping:
    """A queue whose messages a function is given."""

    uuid: str
    account: str
    region: str
    source: str
    """The queue's ARN."""
    function: str
    qualifier: str
    modified: datetime
    enabled: bool = True
    batch_size: int = 10
    window: int = 0
    """Seconds that a batch may be waited for."""
    most_at_once: int | None = None
    """How many batches the function may have at a time."""
    reports_failures: bool = False
    """Whether the function says which messages of a batch it failed on."""
    filters: tuple[str, ...] = ()
    """Patterns of the messages that the function is given; without any, all are."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return arn("lambda", self.region, self.account, f"event-source-mapping:{self.uuid}")

    @property
    def function_arn(self) -> str:
        own = arn("lambda", self.region, self.account, f"function:{self.function}")
        return f"{own}:{self.qualifier}" if self.qualifier else own


@record("lambda:Poller", id="uuid", scope=Scope.GLOBAL)
class Poller:
    """What looks for a mapping's messages, as long as it is enabled; found without knowing where it is."""

    uuid: str
    account: str
    region: str
    at_once: int


@record("lambda:Layer", id="name")
class Layer:
    """A layer's name, for as long as anybody might look for it: its versions' numbers are given once."""

    name: str
    account: str
    region: str
    published: int


@record("lambda:LayerVersion", id="version_id")
class LayerVersion:
    version_id: str
    """``name:number``, the number in ten digits."""
    account: str
    region: str
    name: str
    number: int
    created: datetime
    code_sha256: str
    """Base64."""
    code_size: int
    description: str = ""
    license: str = ""
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    statements: tuple[dict[str, Any], ...] = ()
    """Of its policy."""
    policy_revision: str = ""

    @property
    def layer_arn(self) -> str:
        return arn("lambda", self.region, self.account, f"layer:{self.name}")

    @property
    def arn(self) -> str:
        return f"{self.layer_arn}:{self.number}"

    @property
    def compiled_policy(self) -> Policy | None:
        policy = document_of(self.statements)
        return compiled(policy) if policy else None


@record("lambda:LayerArchive", id="arn")
class LayerArchive:
    """A layer version's archive, in each account that has the version or a function with it."""

    arn: str
    account: str
    region: str
    archive: bytes = secret()


@record("lambda:QueuedEvent", id="request_id", due="due_at")
class QueuedEvent:
    request_id: str
    account: str
    region: str
    function: str
    qualifier: str
    accepted: datetime
    due_at: datetime
    client_context: str = ""
    failures: int = 0
    is_begun: bool = False
    """Whether the function has been given it, and has not been heard of yet."""
    version: str = ""
    """The one that it was given to last."""
    payload: bytes = secret(b"")


@record("lambda:EventInvokeConfig", id="config_id")
class EventInvokeConfig:
    """What becomes of events that nobody waits for, of one qualifier of a function."""

    config_id: str
    """``name:qualifier``; of the function itself, ``$LATEST``."""
    account: str
    region: str
    function: str
    qualifier: str
    modified: datetime
    most_retries: int | None = None
    longest_age: int | None = None
    """Seconds."""
    on_success: str = ""
    on_failure: str = ""
    """ARNs of where what came of them is told."""
