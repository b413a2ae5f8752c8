"""Events on their way to targets: asked of the target's service where the target lives; what fails is tried again.

What the policies refuse, or names something that is not there, is not tried again; what is given up is a dead letter.
Source: EventBridge User Guide, "How EventBridge retries delivering events" and "Using dead-letter queues".
"""

from typing import Any

from vauban.identity.accounts import root_principal
from vauban.identity.sessions import Sessions
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException, AwsError, UnknownOperationException
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on, when_due
from vauban.kernel.records import replace
from vauban.services.events.inputs import dumped, input_of
from vauban.services.events.resources import Delivery, Parcel
from vauban.services.events.targets import parts_of

SOURCE = "aws.events"
SENT = "Event For A Target"
FAILED = "Event Not Taken By A Target"


def send(call: Call, parcel: Parcel) -> None:
    """Have the parcel delivered where its target lives."""
    _, region, account, _ = parts_of(parcel.target["Arn"])
    call.send(SENT, account=account, region=region, parcel=parcel.told)


@on("events", SOURCE, SENT)
def deliver(call: ServiceCall, event: DomainEvent) -> None:
    parcel = Parcel(**event.detail["parcel"])
    try:
        _hand_over(call, parcel)
    except AwsError as error:
        failure = {"code": _code(error), "message": error.message, "lasting": _is_lasting(error)}
        call.send(FAILED, account=parcel.account, region=parcel.region, parcel=parcel.told, **failure)


@on("events", SOURCE, FAILED)
def note_failure(call: ServiceCall, event: DomainEvent) -> None:
    """Try it again later, or give it up."""
    parcel = Parcel(**event.detail["parcel"])
    code, message = event.detail["code"], event.detail["message"]
    failed = replace(parcel, tries=parcel.tries + 1)
    again = call.now + failed.pause
    if event.detail["lasting"]:
        _bury(call, parcel, code, message, "")
    elif parcel.tries >= parcel.most_retries:
        _bury(call, parcel, code, message, "MaximumRetryAttempts")
    elif again.timestamp() - parcel.since > parcel.longest_age:
        _bury(call, parcel, code, message, "MaximumEventAgeInSeconds")
    else:
        call.store.put(Delivery(event.id, call.account, call.region, again, failed.told))


@when_due(Delivery)
def try_again(call: ServiceCall, delivery: Delivery) -> None:
    call.store.delete(delivery)
    send(call, Parcel(**delivery.parcel))


def _hand_over(call: ServiceCall, parcel: Parcel) -> None:
    """Raises what the target's service says, or STS of the role that is to reach it."""
    target, body = parcel.target, input_of(parcel.target, parcel.event, parcel.rule_arn)
    service, region, account, named = parts_of(target["Arn"])
    asking = _asking(call, parcel, service)
    if service == "sqs":
        group = target.get("SqsParameters", {}).get("MessageGroupId")
        more = {"MessageGroupId": group} if group else {}
        asking.ask("sqs:SendMessage", QueueUrl=_queue_url(region, account, named), MessageBody=body, **more)
    elif service == "sns":
        asking.ask("sns:Publish", TopicArn=target["Arn"], Message=body)
    elif service == "lambda":
        asking.ask("lambda:Invoke", FunctionName=target["Arn"], InvocationType="Event", Payload=body.encode())
    else:
        asking.ask("events:PutEvents", Entries=[_entry(target["Arn"], parcel.event)])


def _asking(call: ServiceCall, parcel: Parcel, service: str) -> Call:
    """EventBridge itself for the rule, or the target's role; at another bus without one, the rule's account."""
    own = call.as_service(parcel.rule_arn)
    role_arn = parcel.target.get("RoleArn")
    if role_arn is not None:
        name = parcel.event["id"].replace("-", "")
        token = own.ask("sts:AssumeRole", RoleArn=role_arn, RoleSessionName=name)["Credentials"]["SessionToken"]
        return own.on_behalf_of(Sessions(call.sealer).open(token).principal)
    return own.on_behalf_of(root_principal(parcel.account)) if service == "events" else own


def _entry(bus_arn: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "EventBusName": bus_arn,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": dumped(event["detail"]),
        "Resources": event["resources"],
    }


def _bury(call: ServiceCall, parcel: Parcel, code: str, message: str, exhausted: str) -> None:
    """To the target's dead-letter queue; without one, or where that takes nothing, the event is dropped."""
    letters = parcel.target.get("DeadLetterConfig", {}).get("Arn")
    if letters is None:
        return
    _, region, account, name = parts_of(letters)
    said = {
        "RULE_ARN": parcel.rule_arn,
        "TARGET_ARN": parcel.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "EXHAUSTED_RETRY_CONDITION": exhausted,
    }
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in said.items() if value}
    attributes["RETRY_ATTEMPTS"] = {"DataType": "Number", "StringValue": str(parcel.tries)}
    asking = call.as_service(parcel.rule_arn)
    url = _queue_url(region, account, name)
    try:
        asking.ask("sqs:SendMessage", QueueUrl=url, MessageBody=dumped(parcel.event), MessageAttributes=attributes)
    except AwsError:
        return


def _queue_url(region: str, account: str, name: str) -> str:
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def _code(error: AwsError) -> str:
    if isinstance(error, AccessDeniedException):
        return "NO_PERMISSIONS"
    if "NotFound" in error.code or "NonExistent" in error.code:
        return "NO_RESOURCE"
    return "SDK_CLIENT_ERROR" if _is_lasting(error) else "INTERNAL_ERROR"


def _is_lasting(error: AwsError) -> bool:
    """Whether it is no use to try again."""
    if isinstance(error, UnknownOperationException):
        return True
    return error.status < 500 and "Throttl" not in error.code and "TooManyRequests" not in error.code
