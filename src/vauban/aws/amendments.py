"""What AWS does and its models do not say.

SQS spoke the query protocol first, and its errors still bear the names that they had there. Its lists of attribute
names are open: a name that is not known is refused by the service, with an error of its own.
SDKs from before 2023 still speak that protocol; what it calls lists, maps and their elements is in no model any more.
Source: "Making Query API requests", Amazon SQS Developer Guide; "Amazon SQS error codes" and the error traits of the
model of 2012-11-05 before it spoke JSON.

ACM answers with the ARN of a private authority where its model has that of a certificate, and exports encrypted keys
where its model has others.
"""

from typing import Any

_SQS = "AWS.SimpleQueueService."
SQS_CODES = {
    "BatchEntryIdsNotDistinct": f"{_SQS}BatchEntryIdsNotDistinct",
    "BatchRequestTooLong": f"{_SQS}BatchRequestTooLong",
    "EmptyBatchRequest": f"{_SQS}EmptyBatchRequest",
    "InvalidBatchEntryId": f"{_SQS}InvalidBatchEntryId",
    "KmsAccessDenied": "KMS.AccessDeniedException",
    "KmsDisabled": "KMS.DisabledException",
    "KmsInvalidKeyUsage": "KMS.InvalidKeyUsageException",
    "KmsInvalidState": "KMS.InvalidStateException",
    "KmsNotFound": "KMS.NotFoundException",
    "KmsOptInRequired": "KMS.OptInRequired",
    "KmsThrottled": "KMS.ThrottlingException",
    "MessageNotInflight": f"{_SQS}MessageNotInflight",
    "PurgeQueueInProgress": f"{_SQS}PurgeQueueInProgress",
    "QueueDeletedRecently": f"{_SQS}QueueDeletedRecently",
    "QueueDoesNotExist": f"{_SQS}NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "TooManyEntriesInBatchRequest": f"{_SQS}TooManyEntriesInBatchRequest",
    "UnsupportedOperation": f"{_SQS}UnsupportedOperation",
}
SQS_OPEN = ("QueueAttributeName", "MessageSystemAttributeName", "MessageSystemAttributeNameForSends")
SQS_SENSITIVE = {
    "SendMessageRequest": ("MessageBody", "MessageAttributes", "MessageSystemAttributes"),
    "SendMessageBatchRequestEntry": ("MessageBody", "MessageAttributes", "MessageSystemAttributes"),
    "Message": ("Body", "MessageAttributes", "Attributes"),
}
"""What messages say, which is nothing for the trail."""

SQS_NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"
SQS_ELEMENTS = {
    "AWSAccountIdList": "AWSAccountId",
    "ActionNameList": "ActionName",
    "AttributeNameList": "AttributeName",
    "BatchResultErrorEntryList": "BatchResultErrorEntry",
    "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
    "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
    "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
    "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
    "ListMessageMoveTasksResultEntryList": "ListMessageMoveTasksResultEntry",
    "MessageAttributeNameList": "MessageAttributeName",
    "MessageList": "Message",
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "QueueUrlList": "QueueUrl",
    "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
    "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
    "TagKeyList": "TagKey",
}
"""What the query protocol calls the elements of SQS's lists."""
SQS_MAPS = {
    "MessageBodyAttributeMap": ("Name", "Value"),
    "MessageBodySystemAttributeMap": ("Name", "Value"),
    "MessageSystemAttributeMap": ("Name", "Value"),
    "QueueAttributeMap": ("Name", "Value"),
    "TagMap": ("Key", "Value"),
}
SQS_MEMBERS = {
    "Attributes": "Attribute",
    "BinaryListValues": "BinaryListValue",
    "MessageAttributes": "MessageAttribute",
    "MessageSystemAttributes": "MessageSystemAttribute",
    "StringListValues": "StringListValue",
    "Tags": "Tag",
    "tags": "Tag",
}


def amended(service: str, document: dict[str, Any]) -> dict[str, Any]:
    """A service's model with what it leaves out."""
    amend = _AMENDMENTS.get(service)
    return {**document, "shapes": amend(dict(document["shapes"]))} if amend else document


def _of_acm(shapes: dict[str, Any]) -> dict[str, Any]:
    detail = shapes["CertificateDetail"]
    members = {**detail["members"], "CertificateAuthorityArn": {"shape": "PcaArn"}}
    exported = {name: value for name, value in shapes["PrivateKey"].items() if name != "pattern"}
    return {**shapes, "CertificateDetail": {**detail, "members": members}, "PrivateKey": exported}


def _of_sqs(shapes: dict[str, Any]) -> dict[str, Any]:
    for name in SQS_OPEN:
        shapes[name] = {"type": "string"}
    for name, code in SQS_CODES.items():
        shapes[name] = {**shapes[name], "error": {"code": code, "senderFault": True}}
    for name, hidden in SQS_SENSITIVE.items():
        members = dict(shapes[name]["members"])
        members |= {member: {**members[member], "sensitive": True} for member in hidden}
        shapes[name] = {**shapes[name], "members": members}
    return shapes


def in_query(service: str, document: dict[str, Any]) -> dict[str, Any]:
    """A service's model as the query protocol has it, of a service that has left that behind."""
    if service != "sqs":
        return document
    metadata = {**document["metadata"], "protocols": ["query"], "xmlNamespace": SQS_NAMESPACE}
    operations = {name: _wrapped(name, each) for name, each in document["operations"].items()}
    shapes = {name: _query_shape(name, each) for name, each in document["shapes"].items()}
    return {"metadata": metadata, "operations": operations, "shapes": shapes}


def _wrapped(name: str, operation: dict[str, Any]) -> dict[str, Any]:
    if "output" not in operation:
        return operation
    return {**operation, "output": {**operation["output"], "resultWrapper": f"{name}Result"}}


def _query_shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    if name in SQS_ELEMENTS:
        return {**shape, "member": {**shape["member"], "locationName": SQS_ELEMENTS[name]}}
    if name in SQS_MAPS:
        key, value = SQS_MAPS[name]
        named = {"key": {**shape["key"], "locationName": key}, "value": {**shape["value"], "locationName": value}}
        return {**shape, **named}
    members = {
        member: {**traits, "locationName": SQS_MEMBERS[member]} if member in SQS_MEMBERS else traits
        for member, traits in shape.get("members", {}).items()
    }
    return {**shape, "members": members} if members else shape


_AMENDMENTS = {"acm": _of_acm, "sqs": _of_sqs}
