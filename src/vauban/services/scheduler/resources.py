"""What the Scheduler keeps. Read this first; ``resolvers`` says how a call names it."""

from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from vauban.identity.accounts import Account
from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret
from vauban.kernel.stores import World

GROUP_TYPE = "AWS::Scheduler::ScheduleGroup"
SCHEDULE_TYPE = "AWS::Scheduler::Schedule"
DEFAULT = "default"
ENABLED = "ENABLED"
LONGEST_AGE_SECONDS = 86_400
MOST_RETRIES = 185


@record("scheduler:Group", id="name", due="due_at")
class Group:
    name: str
    account: str
    region: str
    created: datetime
    modified: datetime
    tags: dict[str, str] = field(default_factory=dict, hash=False)
    due_at: datetime | None = None
    """When more of it is deleted; None while nobody wants it deleted."""

    @cached_property
    def arn(self) -> str:
        return group_arn(self.region, self.account, self.name)

    @property
    def state(self) -> str:
        return "DELETING" if self.due_at else "ACTIVE"


@record("scheduler:Schedule", id="key", indexes={"group": "group"}, due="due_at")
class Schedule:
    name: str
    group: str
    account: str
    region: str
    expression: str
    target_arn: str
    role_arn: str
    created: datetime
    modified: datetime
    timezone: str = "UTC"
    start: datetime | None = None
    end: datetime | None = None
    window_minutes: int = 0
    """Within which it is invoked at some time; 0 for on time."""
    state: str = ENABLED
    description: str = ""
    after_completion: str = "NONE"
    kms_key_arn: str = ""
    next_at: datetime | None = None
    """The next time by its expression; None where there is no more."""
    due_at: datetime | None = None
    """When it is invoked for that."""
    data_key: bytes = b""
    """What the target is under, as KMS gave it; empty without a key of one's own."""
    target: bytes = secret(b"")
    """In the model's words, as JSON."""

    @property
    def key(self) -> str:
        return key_of(self.group, self.name)

    @cached_property
    def arn(self) -> str:
        return schedule_arn(self.region, self.account, self.group, self.name)


@record("scheduler:Invocation", id="invocation_id", due="due_at")
class Invocation:
    """A target that is to be invoked, until it takes that or is given up."""

    invocation_id: str
    account: str
    region: str
    schedule_arn: str
    group: str
    role_arn: str
    scheduled: datetime
    since: datetime
    due_at: datetime
    tries: int = 0
    """How many failed."""
    data_key: bytes = b""
    target: bytes = secret(b"")

    @property
    def pause(self) -> timedelta:
        """Before it is tried again: twice as long each time, up to ten minutes."""
        return timedelta(seconds=min(2**self.tries, 600))


@record("scheduler:Token", id="token_id", due="ends")
class Token:
    """A client token, and what was asked with it: asked again, it was done before."""

    token_id: str
    account: str
    region: str
    digest: str
    ends: datetime


def key_of(group: str, name: str) -> str:
    return f"{group}/{name}"


def group_arn(region: str, account: str, name: str) -> str:
    return arn("scheduler", region, account, f"schedule-group/{name}")


def schedule_arn(region: str, account: str, group: str, name: str) -> str:
    return arn("scheduler", region, account, f"schedule/{group}/{name}")


def find_group(world: World, account: str, region: str, name: str) -> Group | None:
    """The default group is there in every account and Region, and kept only once something was changed about it."""
    found = world.at(account, region).get(Group, name)
    if found is not None or name != DEFAULT:
        return found
    owner = world.at("", "").get(Account, account)
    created = owner.created if owner else datetime.fromtimestamp(0, UTC)
    return Group(DEFAULT, account, region, created, created)
