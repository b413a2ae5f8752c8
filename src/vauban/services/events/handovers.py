"""How each kind of target is told of an event: asked of its service, where it lives.

EventBridge asks for the rule, or in the target's role; at another bus without one, for the rule's account.
"""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from vauban.identity.accounts import root_principal
from vauban.identity.sessions import Sessions
from vauban.kernel.arns import parts_of, queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.services.events.inputs import dumped, input_of, log_event
from vauban.services.events.resources import FORWARDED, Parcel
from vauban.services.events.targets import kind_of

INVOKE = "Event For An API Destination"


class Unreachable(AwsError):
    """Why a target was not even asked: the code is one of those that dead letters carry."""

    status = 400


def hand_over(call: ServiceCall, parcel: Parcel) -> None:
    """Raises what the target's service says, or STS of the role that is to reach it."""
    kind = kind_of(parcel.target["Arn"])
    if kind == "event-bus":
        _refuse_third_hop(parcel)
    asking = _asking(call, parcel, kind)
    _HANDOVERS[kind](asking, parcel, input_of(parcel.target, parcel.event, parcel.rule_arn))


def _refuse_third_hop(parcel: Parcel) -> None:
    """What came from another account, or Region, goes on to none. Raises Unreachable."""
    _, region, account, _ = parts_of(parcel.target["Arn"])
    if parcel.account not in (parcel.event["account"], account):
        raise Unreachable("The event came from another account.", code="THIRD_ACCOUNT_HOP_DETECTED")
    if parcel.region not in (parcel.event["region"], region):
        raise Unreachable("The event came from another Region.", code="THIRD_REGION_HOP_DETECTED")


def _asking(call: ServiceCall, parcel: Parcel, kind: str) -> ServiceCall:
    own = call.as_service(parcel.rule_arn)
    if "RoleArn" in parcel.target:
        return own.on_behalf_of(_session(own, parcel))
    return own.on_behalf_of(root_principal(parcel.account)) if kind == "event-bus" else own


def _session(own: ServiceCall, parcel: Parcel) -> Any:
    """Raises Unreachable."""
    name = parcel.event["id"].replace("-", "")
    try:
        given = own.ask("sts:AssumeRole", RoleArn=parcel.target["RoleArn"], RoleSessionName=name)
    except AwsError as error:
        raise Unreachable(error.message, code="FAILED_TO_ASSUME_ROLE", status=error.status) from None
    return Sessions(own.sealer).open(given["Credentials"]["SessionToken"]).principal


def _to_queue(asking: Call, parcel: Parcel, body: str) -> None:
    group = parcel.target.get("SqsParameters", {}).get("MessageGroupId")
    more = {"MessageGroupId": group} if group else {}
    asking.ask("sqs:SendMessage", QueueUrl=queue_url(parcel.target["Arn"]), MessageBody=body, **more)


def _to_topic(asking: Call, parcel: Parcel, body: str) -> None:
    asking.ask("sns:Publish", TopicArn=parcel.target["Arn"], Message=body)


def _to_function(asking: Call, parcel: Parcel, body: str) -> None:
    arn = parcel.target["Arn"]
    asking.ask("lambda:Invoke", FunctionName=arn, InvocationType="Event", Payload=body.encode())


def _to_log(asking: Call, parcel: Parcel, body: str) -> None:
    """A rule writes into one stream of a group an hour, which is made when it is first needed."""
    group = parts_of(parcel.target["Arn"]).named.removeprefix("log-group:").removesuffix(":*")
    hour = int(asking.time) // 3_600
    stream = {"logGroupName": group, "logStreamName": str(uuid5(NAMESPACE_URL, f"{parcel.rule_arn} {hour}"))}
    events = [log_event(body, asking.time)]
    try:
        asking.ask("logs:PutLogEvents", **stream, logEvents=events)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        asking.ask("logs:CreateLogStream", **stream)
        asking.ask("logs:PutLogEvents", **stream, logEvents=events)


def _to_bus(asking: Call, parcel: Parcel, _: str) -> None:
    event = parcel.event
    entry = {
        "EventBusName": parcel.target["Arn"],
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": dumped(event["detail"]),
        "Resources": event["resources"],
    }
    asking.ask("events:PutEvents", Entries=[{**entry, FORWARDED: event}])


def _to_destination(asking: Call, parcel: Parcel, _: str) -> None:
    """It may be slow, and has a lane of its own."""
    name = parts_of(parcel.target["Arn"])[3].split("/")[1]
    told = asking.ask("events:DescribeApiDestination", Name=name)
    if told["ApiDestinationArn"] != parcel.target["Arn"]:
        raise Unreachable(f"{parcel.target['Arn']} does not exist.", code="NO_RESOURCE")
    asking.send(INVOKE, lane=f"api-destination {name}", secrets={"parcel": parcel.packed}, destination=name)


_HANDOVERS: dict[str, Callable[[Call, Parcel, str], None]] = {
    "queue": _to_queue,
    "topic": _to_topic,
    "function": _to_function,
    "log-group": _to_log,
    "event-bus": _to_bus,
    "api-destination": _to_destination,
}
