"""How a call names a queue: by its URL, by its name, or by its ARN."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.sqs.errors import InvalidAddress, ResourceNotFoundException, invalid_value, queue_not_found
from vauban.services.sqs.resources import CLOUDTRAIL_TYPE, Queue

RESOURCE_TYPE = "queue"
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo\Z")
_PATH = re.compile(r"(?:/queue/[a-z0-9-]+)?/(\d{12})/([A-Za-z0-9_.-]{1,80})/?\Z")
_ARN = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})\Z")


def resource_of(queue: Queue) -> Resource:
    return Resource(
        queue.arn,
        RESOURCE_TYPE,
        queue.account,
        queue,
        queue.compiled_policy,
        tags=queue.tags,
        cloudtrail_type=CLOUDTRAIL_TYPE,
    )


def found(call: Call, world: World, account: str, name: str) -> Resource:
    """The queue of that name, or its absence."""
    queue = world.at(account, call.region).get(Queue, name)
    if queue is not None:
        return resource_of(queue)
    where = arn("sqs", call.region, account, name)
    return Resource(where, RESOURCE_TYPE, account, absent=queue_not_found(), cloudtrail_type=CLOUDTRAIL_TYPE)


def parse_arn(text: str) -> tuple[str, str, str] | None:
    """Region, account and name; None for what is no queue's ARN."""
    matched = _ARN.match(text)
    return (matched[1], matched[2], matched[3]) if matched else None


def url_of(call: Call, queue: Queue) -> str:
    """The queue's URL at the endpoint that the caller used."""
    endpoint = call.request.endpoint(f"sqs.{queue.region}.amazonaws.com")
    return f"{endpoint}/{queue.account}/{queue.name}"


@dataclass(frozen=True)
class UrlResolver:
    """The queue of a URL: its path says which, at whatever host."""

    members: tuple[str, ...] = ("QueueUrl",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        url = call.params["QueueUrl"]
        matched = _PATH.match(urlsplit(url).path)
        if matched is None:
            raise InvalidAddress(f"The address {url} is not valid for this endpoint.")
        return found(call, world, matched[1], matched[2])


@dataclass(frozen=True)
class NameResolver:
    """A queue by name, in the account that QueueOwnerAWSAccountId says."""

    members: tuple[str, ...] = ("QueueName", "QueueOwnerAWSAccountId")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["QueueName"]
        require_name(name)
        return found(call, world, call.params.get("QueueOwnerAWSAccountId") or call.account, name)


@dataclass(frozen=True)
class DraftResolver:
    """A name that CreateQueue asks for, and the queue that has it already."""

    members: tuple[str, ...] = ("QueueName",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["QueueName"]
        drafted = found(call, world, call.account, name)
        drafted.absent = None
        drafted.policy = None
        return drafted


@dataclass(frozen=True)
class ArnResolver:
    """The source queue of a message move task, by ARN."""

    members: tuple[str, ...] = ("SourceArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["SourceArn"]
        parsed = parse_arn(text)
        if parsed is None or parsed[0] != call.region:
            raise invalid_value(text, "SourceArn", "Invalid ARN.")
        resource = found(call, world, parsed[1], parsed[2])
        if resource.absent is not None:
            resource.absent = ResourceNotFoundException(
                "The resource that you specified for the SourceArn parameter doesn't exist."
            )
        return resource


def require_name(name: str) -> None:
    if not NAME.match(name) and not FIFO_NAME.match(name):
        raise invalid_value(name, "QueueName", _NAME_RULE)


_NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"

a_queue = UrlResolver()
a_named_queue = NameResolver()
a_new_queue = DraftResolver()
a_source = ArnResolver()
