"""What AWS does and its models do not say.

SQS spoke the query protocol first, and its errors still bear the names that they had there. Its lists of attribute
names are open: a name that is not known is refused by the service, with an error of its own.
Source: "Amazon SQS error codes" and the error traits of the model of 2012-11-05 before it spoke JSON.
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


def amended(service: str, document: dict[str, Any]) -> dict[str, Any]:
    """A service's model with what it leaves out."""
    if service != "sqs":
        return document
    shapes = dict(document["shapes"])
    for name in SQS_OPEN:
        shapes[name] = {"type": "string"}
    for name, code in SQS_CODES.items():
        shapes[name] = {**shapes[name], "error": {"code": code, "senderFault": True}}
    for name, hidden in SQS_SENSITIVE.items():
        members = dict(shapes[name]["members"])
        members |= {member: {**members[member], "sensitive": True} for member in hidden}
        shapes[name] = {**shapes[name], "members": members}
    return {**document, "shapes": shapes}
