"""Queues: made, found, changed and deleted."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from vauban.aws import paging
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.sqs.attributes import SETTABLE, TOLD, checked, require_consistent
from vauban.services.sqs.boxes import counts, leave
from vauban.services.sqs.errors import (
    InvalidAttributeName,
    QueueDeletedRecently,
    QueueNameExists,
    invalid_value,
)
from vauban.services.sqs.policies import bound, require_well_formed, shown
from vauban.services.sqs.resolvers import a_named_queue, a_new_queue, a_queue, require_name, url_of
from vauban.services.sqs.resources import Queue, Tombstone
from vauban.services.sqs.tags import tagged

DELETED_RECENTLY = timedelta(seconds=60)
MOST_LISTED = 1_000


@operation("CreateQueue", on=a_new_queue, also=(("TagQueue", "tags"),))
def create_queue(
    call: Call,
    existing: Queue | None,
    attributes: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> dict[str, Any]:
    name = call.params["QueueName"]
    given = attributes or {}
    _require_name_for(name, given)
    valid = checked(call, name, given)
    if existing is not None:
        _require_same(call, existing, valid)
        return {"QueueUrl": url_of(call, existing)}
    if call.store.get(Tombstone, name) is not None:
        raise QueueDeletedRecently(
            "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        )
    queue = Queue(name, call.account, call.region, call.uuid().replace("-", ""), call.second, call.second)
    queue = _changed(call, replace(queue, tags=tagged({}, tags or {})), valid)
    call.store.put(queue)
    return {"QueueUrl": url_of(call, queue)}


@operation("SetQueueAttributes", on=a_queue)
def set_queue_attributes(call: Call, queue: Queue, attributes: dict[str, str]) -> None:
    if "FifoQueue" in attributes:
        raise InvalidAttributeName("Unknown Attribute FifoQueue.")
    call.store.put(_changed(call, queue, checked(call, queue.name, attributes)))


@operation("GetQueueUrl", on=a_named_queue)
def get_queue_url(call: Call, queue: Queue) -> dict[str, Any]:
    return {"QueueUrl": url_of(call, queue)}


@operation("GetQueueAttributes", on=a_queue)
def get_queue_attributes(call: Call, queue: Queue, attribute_names: list[str] | None = None) -> dict[str, Any]:
    wanted = set(attribute_names or ())
    for name in attribute_names or ():
        if name != "All" and name not in SETTABLE | TOLD:
            raise InvalidAttributeName(f"Unknown Attribute {name}.")
    if not wanted:
        return {}
    known = _attributes(call, queue)
    return {"Attributes": known if "All" in wanted else {key: known[key] for key in known if key in wanted}}


@operation("ListQueues")
def list_queues(
    call: Call, queue_name_prefix: str = "", next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    after = _after(call, next_token, queue_name_prefix)
    size = page_size(max_results)
    found = call.store.list(Queue, prefix=queue_name_prefix, after=after, limit=size + 1)
    exact = call.store.get(Queue, queue_name_prefix) if queue_name_prefix and not after else None
    return page(call, "QueueUrls", [*([exact] if exact else []), *found], size, max_results, queue_name_prefix)


@operation("ListDeadLetterSourceQueues", on=a_queue)
def list_dead_letter_source_queues(
    call: Call, queue: Queue, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    after, size = _after(call, next_token, queue.name), page_size(max_results)
    found = call.store.list(Queue, index="dead_letters", value=queue.arn, after=after, limit=size + 1)
    return page(call, "queueUrls", found, size, max_results, queue.name)


@operation("DeleteQueue", on=a_queue)
def delete_queue(call: Call, queue: Queue) -> None:
    leave(call, queue)
    call.store.put(Tombstone(queue.name, queue.account, queue.region, call.now + DELETED_RECENTLY))
    call.store.delete(queue)


def page_size(max_results: int | None) -> int:
    if max_results is not None and not 1 <= max_results <= MOST_LISTED:
        raise invalid_value(max_results, "MaxResults", "Must be between 1 and 1000, if provided.")
    return MOST_LISTED if max_results is None else max_results


def page(call: Call, member: str, found: list[Queue], size: int, max_results: int | None, of: str) -> dict[str, Any]:
    """One page of URLs. As on AWS, only who says how long a page may be is told how to go on."""
    told: dict[str, Any] = {}
    if found or member == "queueUrls":
        told[member] = [url_of(call, each) for each in found[:size]]
    if len(found) > size and max_results is not None:
        told["NextToken"] = paging.marker(_scope(call, of), found[size - 1].name)
    return told


def _after(call: Call, token: str | None, of: str) -> str:
    if token is None:
        return ""
    try:
        return paging.after(_scope(call, of), token)
    except ValueError:
        raise invalid_value(token, "NextToken", "It is not one that this list gave out.") from None


def _scope(call: Call, of: str) -> str:
    return f"{call.operation.name} {call.account} {call.region} {of}"


def _require_name_for(name: str, attributes: Mapping[str, str]) -> None:
    require_name(name)
    if name.endswith(".fifo") and attributes.get("FifoQueue") != "true":
        raise invalid_value(
            name, "QueueName", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def _require_same(call: Call, existing: Queue, given: Mapping[str, str]) -> None:
    """Raises QueueNameExists where an attribute that was given is another than the queue's."""
    known = {**existing.effective, "Policy": existing.policy}
    for name, value in given.items():
        if known.get(name, "") != value:
            raise QueueNameExists(
                f"A queue already exists with the same name and a different value for attribute {name}"
            )


def _changed(call: Call, queue: Queue, given: Mapping[str, str]) -> Queue:
    """The queue with attributes set, or taken away where they are empty."""
    attributes = {**queue.attributes, **{name: value for name, value in given.items() if name != "Policy"}}
    if given.get("KmsMasterKeyId"):
        attributes.pop("SqsManagedSseEnabled", None)
    elif given.get("SqsManagedSseEnabled") == "true":
        attributes.pop("KmsMasterKeyId", None)
    queue = replace(queue, attributes=_without_empty(attributes.items()), changed=call.second)
    require_consistent(queue)
    if "Policy" not in given:
        return queue
    policy = given["Policy"]
    if policy:
        require_well_formed(policy)
    return replace(queue, policy=policy, policy_principals=bound(call, policy) if policy else {})


def _without_empty(attributes: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in attributes if value}


def _attributes(call: Call, queue: Queue) -> dict[str, str]:
    visible, in_flight, delayed = counts(call, queue)
    known = {
        "QueueArn": queue.arn,
        "ApproximateNumberOfMessages": str(visible),
        "ApproximateNumberOfMessagesNotVisible": str(in_flight),
        "ApproximateNumberOfMessagesDelayed": str(delayed),
        "CreatedTimestamp": str(int(queue.created.timestamp())),
        "LastModifiedTimestamp": str(int(queue.changed.timestamp())),
        **queue.effective,
    }
    return {**known, "Policy": shown(call, queue)} if queue.policy else known


@when_due(Tombstone)
def forget(call: Call, tombstone: Tombstone) -> None:
    call.store.delete(tombstone)
