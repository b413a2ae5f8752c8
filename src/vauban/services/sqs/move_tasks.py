"""Message move tasks: dead letters brought back to where they came from, or to another queue, a few at a time.

Source: StartMessageMoveTask, ListMessageMoveTasks and CancelMessageMoveTask, Amazon SQS API Reference.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation, when_due
from vauban.kernel.records import replace
from vauban.kernel.resources import ANY, Resource
from vauban.kernel.stores import World
from vauban.services.sqs.attributes import target_of
from vauban.services.sqs.errors import ResourceNotFoundException, UnsupportedOperation, invalid_value
from vauban.services.sqs.moves import moved
from vauban.services.sqs.resolvers import RESOURCE_TYPE, a_source, found, parse_arn
from vauban.services.sqs.resources import Message, MoveTask, Queue, Slot

AT_ONCE = 50
"""How many messages are moved in one commit, where no rate is asked for."""
MOST_A_SECOND = 500
MOST_LISTED = 10
LASTING = timedelta(days=1)
"""How long a task that is over is told of."""
_TAKING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"


@dataclass(frozen=True)
class TaskResolver:
    """The queue of a task, by the handle: it names the task and the queue's ARN."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        task = _named(call.params["TaskHandle"])
        parsed = parse_arn(task.get("sourceArn", ""))
        if parsed is None or parsed[0] != call.region:
            return replace(ANY, absent=_no_task())
        return found(call, world, parsed[1], parsed[2])


def may_move(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Whoever has messages moved must be let take them from the one queue and put them into the other."""
    (source,) = resources
    asked = [(f"sqs:{each}", source) for each in ("StartMessageMoveTask", *_TAKING)]
    destination = parse_arn(call.params.get("DestinationArn", ""))
    if destination is not None:
        asked.append(("sqs:SendMessage", Resource(call.params["DestinationArn"], RESOURCE_TYPE, destination[1])))
    for action, resource in asked:
        decision = evaluate(action, resource)
        if not decision.allowed:
            break
    return decision


@operation("StartMessageMoveTask", on=a_source, decide=may_move)
def start_message_move_task(
    call: Call,
    queue: Queue,
    destination_arn: str | None = None,
    max_number_of_messages_per_second: int | None = None,
) -> dict[str, Any]:
    rate = max_number_of_messages_per_second
    if rate is not None and not 1 <= rate <= MOST_A_SECOND:
        raise invalid_value(rate, "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500, if provided.")
    if not call.store.list(Queue, index="dead_letters", value=queue.arn, limit=1):
        raise invalid_value(queue.arn, "SourceArn", "Source queue must be configured as a Dead Letter Queue.")
    if destination_arn:
        _require_destination(call, queue, destination_arn)
    if any(each.status == RUNNING for each in _tasks(call, queue)):
        raise UnsupportedOperation(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    count = call.store.count(Slot, index="box", value=queue.box)
    task_id = f"{queue.box}/{int(call.time * 1000):014d}-{call.uuid()}"
    made = MoveTask(
        task_id, queue.account, queue.region, queue.name, call.time, call.now, count, destination_arn or "", rate or 0
    )
    call.store.put(made)
    return {"TaskHandle": _handle(queue, made)}


@operation("ListMessageMoveTasks", on=a_source)
def list_message_move_tasks(call: Call, queue: Queue, max_results: int | None = None) -> dict[str, Any]:
    most = 1 if max_results is None else max_results
    if not 1 <= most <= MOST_LISTED:
        raise invalid_value(most, "MaxResults", "Must be between 1 and 10, if provided.")
    newest = _tasks(call, queue)[::-1][:most]
    return {"Results": [_entry(queue, each) for each in newest]}


@operation("CancelMessageMoveTask", on=TaskResolver())
def cancel_message_move_task(call: Call, queue: Queue, task_handle: str) -> dict[str, Any]:
    task = call.store.get(MoveTask, _named(task_handle).get("taskId", ""))
    if task is None or task.queue != queue.name:
        raise _no_task()
    if task.status != RUNNING:
        raise UnsupportedOperation("Only active tasks can be cancelled.")
    call.store.put(replace(task, status=CANCELLED, due_at=call.now + LASTING))
    return {"ApproximateNumberOfMessagesMoved": task.moved}


@when_due(MoveTask)
def go_on(call: Call, task: MoveTask) -> None:
    """Move some more, or forget a task that has been over for long."""
    queue = call.store.get(Queue, task.queue)
    if task.status != RUNNING or queue is None or queue.box != task.box:
        call.store.delete(task)
        return
    slots = call.store.list(Slot, prefix=f"{queue.box}/", limit=_at_once(task))
    ready = [each for each in slots if each.visible <= call.time]
    if not ready or task.moved >= task.count:
        _end(call, task, COMPLETED)
        return
    for done, slot in enumerate(ready):
        message = call.store.get(Message, slot.message_key)
        target = target_of(call.store, task.destination or (message.dead_letter_source if message else ""))
        if message is None or target is None:
            _end(call, replace(task, moved=task.moved + done), FAILED, "AWS.SimpleQueueService.NonExistentQueue")
            return
        moved(call, message, replace(slot, receive_count=0, first_received=0.0), queue, target, dead_letter_source="")
    later = call.now + (timedelta(seconds=1) if task.rate else timedelta(milliseconds=1))
    call.store.put(replace(task, moved=task.moved + len(ready), due_at=later))


def _end(call: Call, task: MoveTask, status: str, reason: str = "") -> None:
    call.store.put(replace(task, status=status, failure=reason, due_at=call.now + LASTING))


def _at_once(task: MoveTask) -> int:
    return min(task.rate or AT_ONCE, max(1, task.count - task.moved))


def _require_destination(call: Call, queue: Queue, destination: str) -> None:
    target = target_of(call.store, destination)
    if target is None:
        raise ResourceNotFoundException(
            "The resource that you specified for the DestinationArn parameter doesn't exist."
        )
    if target.arn == queue.arn:
        raise invalid_value(destination, "DestinationArn", "Source and destination must be different queues.")
    if target.is_fifo != queue.is_fifo:
        raise invalid_value(destination, "DestinationArn", "Source and destination must be of the same type.")


def _tasks(call: Call, queue: Queue) -> list[MoveTask]:
    """Oldest first."""
    return call.store.list(MoveTask, prefix=f"{queue.box}/")


def _handle(queue: Queue, task: MoveTask) -> str:
    named = {"taskId": task.task_id, "sourceArn": queue.arn}
    return base64.b64encode(msgspec.json.encode(named)).decode()


def _named(handle: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(base64.b64decode(handle.encode(), validate=True), type=dict[str, str])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise invalid_value(handle, "TaskHandle", "It is not one that was given out.") from None


def _entry(queue: Queue, task: MoveTask) -> dict[str, Any]:
    told: dict[str, Any] = {
        "Status": task.status,
        "SourceArn": queue.arn,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.count,
        "StartedTimestamp": int(task.started * 1000),
    }
    if task.status == RUNNING:
        told["TaskHandle"] = _handle(queue, task)
    if task.destination:
        told["DestinationArn"] = task.destination
    if task.rate:
        told["MaxNumberOfMessagesPerSecond"] = task.rate
    return {**told, "FailureReason": task.failure} if task.failure else told


def _no_task() -> ResourceNotFoundException:
    return ResourceNotFoundException("The task does not exist.")
