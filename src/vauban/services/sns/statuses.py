"""Delivery status logging: how deliveries went, written into CloudWatch Logs in a role that the topic names.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
"""

import json
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from vauban.identity.sessions import Sessions
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import Conditions, Evaluate, on
from vauban.kernel.resources import Resource
from vauban.services.sns.resources import Topic
from vauban.services.sns.topic_attributes import is_role_attribute

PASSED_TO = "sns.amazonaws.com"
CONDITIONS = Conditions(
    {"iam:passedtoservice": lambda call, resource: PASSED_TO if resource.type == "role" else None}, {}
)
STATUS = "SNS Delivery Status"
KINDS = {"http": "HTTP", "https": "HTTP", "lambda": "Lambda", "sqs": "SQS"}
"""By protocol, what the attributes begin with. AWS logs no mail."""
Told = dict[str, Any]
"""What of a message its status will say."""


def may_pass_roles(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The operation itself, the tags that it puts on, and the roles that it passes to SNS."""
    decision = evaluate(f"sns:{call.operation.name}", resources[0])
    if decision.allowed and call.params.get("Tags"):
        decision = evaluate("sns:TagResource", resources[0])
    for role in _roles(call.params):
        if decision.allowed and len(parts := role.split(":")) > 5:
            decision = evaluate("iam:PassRole", Resource(role, "role", parts[4]))
    return decision


def told_of(topic: Topic, protocol: str, message: Mapping[str, Any], text: str) -> Told | None:
    """What a status will say of a message; None where the topic asks for none of that protocol."""
    kind = KINDS.get(protocol, "")
    if not kind or not any(topic.attributes.get(f"{kind}{each}FeedbackRoleArn") for each in ("Success", "Failure")):
        return None
    digest = md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"kind": kind, "messageId": message["MessageId"], "messageMD5Sum": digest, "topicArn": topic.arn}


def report(
    call: ServiceCall,
    told: Told | None,
    destination: str,
    response: str,
    status: int,
    *,
    failed: bool = False,
    attempts: int = 1,
) -> None:
    """Have it written, where the topic is, how a delivery ended."""
    if told is None:
        return
    _, _, _, region, account, _ = told["topicArn"].split(":")
    delivery = {
        "deliveryId": call.uuid(),
        "destination": destination,
        "providerResponse": response,
        "attempts": attempts,
        "statusCode": status,
    }
    call.send(STATUS, account=account, region=region, lane=STATUS, told=told, delivery=delivery, failed=failed)


@on("sns", "aws.sns", STATUS)
def write(call: ServiceCall, event: DomainEvent) -> None:
    """Into the topic's log group, or that of its failures. A role that may not write writes nothing."""
    told, failed = dict(event.detail["told"]), event.detail["failed"]
    name = told["topicArn"].rpartition(":")[2]
    topic = call.store.get(Topic, name)
    role = topic and topic.attributes.get(f"{told['kind']}{'Failure' if failed else 'Success'}FeedbackRoleArn")
    if not role or not (failed or _sampled(call, topic, told["kind"])):
        return
    del told["kind"]
    line = {
        "notification": {**told, "timestamp": f"{call.now:%Y-%m-%d %H:%M:%S}.{call.now.microsecond // 1000:03}"},
        "delivery": event.detail["delivery"],
        "status": "FAILURE" if failed else "SUCCESS",
    }
    group = f"sns/{call.region}/{call.account}/{name}" + ("/Failure" if failed else "")
    _write(call, role, topic.arn, group, json.dumps(line))


def _write(call: ServiceCall, role: str, topic: str, group: str, line: str) -> None:
    own = call.as_service(topic)
    try:
        given = own.ask("sts:AssumeRole", RoleArn=role, RoleSessionName="SNSDeliveryStatus")
        writing = own.on_behalf_of(Sessions(own.sealer).open(given["Credentials"]["SessionToken"]).principal)
        stream = f"{call.now:%Y-%m-%d}"
        _made(writing, "logs:CreateLogGroup", logGroupName=group)
        _made(writing, "logs:CreateLogStream", logGroupName=group, logStreamName=stream)
        entry = {"timestamp": int(call.time * 1000), "message": line}
        writing.ask("logs:PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=[entry])
    except AwsError:
        return


def _made(writing: ServiceCall, action: str, **params: str) -> None:
    """Made, or there already."""
    try:
        writing.ask(action, **params)
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise


def _sampled(call: ServiceCall, topic: Topic, kind: str) -> bool:
    """Whether this success is among the percentage that is wanted."""
    percentage = int(topic.attributes.get(f"{kind}SuccessFeedbackSampleRate", "100"))
    return int.from_bytes(call.random(4), "big") % 100 < percentage


def _roles(params: Mapping[str, Any]) -> list[str]:
    given = {**(params.get("Attributes") or {}), params.get("AttributeName", ""): params.get("AttributeValue", "")}
    return sorted({value for name, value in given.items() if value and is_role_attribute(name)})
