"""Events on their way to targets: asked of the target's service where the target lives; what fails is tried again.

What the policies refuse, or names something that is not there, is not tried again; what is given up is a dead letter.
Source: EventBridge User Guide, "How EventBridge retries delivering events" and "Using dead-letter queues".
"""

from datetime import timedelta
from typing import Any

from vauban.kernel.arns import parts_of, queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException, AwsError, UnknownOperationException
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on, when_due
from vauban.kernel.records import replace
from vauban.services.events.encryption import Sealed, opened, sealed
from vauban.services.events.handovers import Unreachable, hand_over
from vauban.services.events.inputs import dumped
from vauban.services.events.resources import SOURCE, Delivery, EventBus, Parcel, bus_arn, find_bus

SENT = "Event For A Target"
FAILED = "Event Not Taken By A Target"


def send(call: Call, parcel: Parcel) -> None:
    """Have the parcel delivered where its target lives."""
    _, region, account, _ = parts_of(parcel.target["Arn"])
    call.send(SENT, account=account, region=region, secrets={"parcel": parcel.packed})


@on("events", SOURCE, SENT)
def deliver(call: ServiceCall, event: DomainEvent) -> None:
    parcel = Parcel.unpacked(event.secrets["parcel"])
    try:
        hand_over(call, parcel)
    except AwsError as error:
        fail(call, parcel, _code(error), error.message, lasting=is_lasting(error))


def fail(call: ServiceCall, parcel: Parcel, code: str, message: str, *, lasting: bool, pause: int = 0) -> None:
    """Say where the rule is that its target did not take the parcel; ``pause`` seconds at least it wants to be left."""
    failure = {"code": code, "message": message, "lasting": lasting, "pause": pause}
    where = {"account": parcel.account, "region": parcel.region}
    call.send(FAILED, **where, secrets={"parcel": parcel.packed}, **failure)


@on("events", SOURCE, FAILED)
def note_failure(call: ServiceCall, event: DomainEvent) -> None:
    """Try it again later, or give it up."""
    parcel = Parcel.unpacked(event.secrets["parcel"])
    code, message = event.detail["code"], event.detail["message"]
    failed = replace(parcel, tries=parcel.tries + 1)
    again = call.now + max(failed.pause, timedelta(seconds=event.detail["pause"]))
    if event.detail["lasting"]:
        _bury(call, parcel, code, message, "")
    elif parcel.tries >= parcel.most_retries:
        _bury(call, parcel, code, message, "MaximumRetryAttempts")
    elif again.timestamp() - parcel.since > parcel.longest_age:
        _bury(call, parcel, code, message, "MaximumEventAgeInSeconds")
    else:
        _keep(call, Delivery(event.id, call.account, call.region, again, parcel.bus, b"", failed.packed))


def _keep(call: ServiceCall, delivery: Delivery) -> None:
    """Until it is tried again: under the bus's own key, where that has one."""
    bus = find_bus(call.world, call.account, call.region, delivery.bus)
    if bus is None or not bus.kms_key_id:
        call.store.put(delivery)
        return
    try:
        content, key = sealed(call, bus.arn, bus.kms_key_id, delivery.content)
    except AwsError as error:
        bury_at_bus(call, bus, Parcel.unpacked(delivery.content).event, error)
    else:
        call.store.put(replace(delivery, content=content, data_key=key))


@when_due(Delivery)
def try_again(call: ServiceCall, delivery: Delivery) -> None:
    call.store.delete(delivery)
    bus = bus_arn(call.region, call.account, delivery.bus)
    try:
        content = opened(call, bus, Sealed(delivery.content, delivery.data_key))
    except AwsError:
        # What cannot be read any more cannot be a dead letter either.
        return
    send(call, Parcel.unpacked(content))


def bury_at_bus(call: Call, bus: EventBus, event: dict[str, Any], error: AwsError) -> None:
    """To the bus's dead-letter queue: an event that its key does not keep."""
    if bus.letters_arn:
        said = {"EVENT_BUS_ARN": bus.arn, "ERROR_CODE": error.code, "ERROR_MESSAGE": error.message}
        _send_letter(call.as_service(bus.arn), bus.letters_arn, event, said, 0)


def _bury(call: ServiceCall, parcel: Parcel, code: str, message: str, exhausted: str) -> None:
    """To the target's dead-letter queue; without one, or where that takes nothing, the event is dropped."""
    letters = parcel.target.get("DeadLetterConfig", {}).get("Arn")
    if letters is None:
        return
    said = {
        "RULE_ARN": parcel.rule_arn,
        "TARGET_ARN": parcel.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "EXHAUSTED_RETRY_CONDITION": exhausted,
    }
    _send_letter(call.as_service(parcel.rule_arn), letters, parcel.event, said, parcel.tries)


def _send_letter(asking: Call, queue: str, event: dict[str, Any], said: dict[str, str], tries: int) -> None:
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in said.items() if value}
    attributes["RETRY_ATTEMPTS"] = {"DataType": "Number", "StringValue": str(tries)}
    letter = {"MessageBody": dumped(event), "MessageAttributes": attributes}
    try:
        asking.ask("sqs:SendMessage", QueueUrl=queue_url(queue), **letter)
    except AwsError:
        return


def _code(error: AwsError) -> str:
    """As dead letters carry it."""
    if isinstance(error, Unreachable):
        return error.code
    if isinstance(error, AccessDeniedException):
        return "NO_PERMISSIONS"
    if "NotFound" in error.code or "NonExistent" in error.code:
        return "NO_RESOURCE"
    if _is_throttling(error):
        return "THROTTLING"
    return "SDK_CLIENT_ERROR" if is_lasting(error) else "INTERNAL_ERROR"


def is_lasting(error: AwsError) -> bool:
    """Whether it is no use to try again."""
    if isinstance(error, UnknownOperationException):
        return True
    return error.status < 500 and not _is_throttling(error)


def _is_throttling(error: AwsError) -> bool:
    return "Throttl" in error.code or "TooManyRequests" in error.code
