"""Audit events in CloudTrail's record format.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from datetime import UTC, datetime
from typing import Any

from vauban.kernel.events import AuditEvent

EVENT_VERSION = "1.11"

_IDENTITY_TYPES = {
    "root": "Root",
    "user": "IAMUser",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "service": "AWSService",
    "anonymous": "Unknown",
}


def cloudtrail_record(event: AuditEvent) -> dict[str, Any]:
    """The event as a CloudTrail record, absent members left out where CloudTrail leaves them out."""
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _user_identity(event),
        "eventTime": datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{event.service}.amazonaws.com",
        "eventName": event.operation,
        "awsRegion": event.region,
        "sourceIPAddress": event.invoked_by or event.source_ip,
        "userAgent": event.invoked_by or event.user_agent,
        "requestParameters": event.params,
        "responseElements": event.result,
        "requestID": event.request_id,
        "eventID": event.event_id,
        "readOnly": event.read_only,
        "resources": [
            {"accountId": account, "type": resource_type, "ARN": arn} for arn, resource_type, account in event.resources
        ],
        "eventType": event.event_type,
        "managementEvent": True,
        "recipientAccountId": event.account,
        "eventCategory": "Management",
    }
    if event.error_code:
        record["errorCode"] = event.error_code
        record["errorMessage"] = event.error_message
    if event.authorization_id:
        record["additionalEventData"] = {"authorizationId": event.authorization_id}
    return record


def _user_identity(event: AuditEvent) -> dict[str, Any]:
    kind, account, arn, unique_id, name, access_key_id, issuer_arn = event.principal
    identity: dict[str, Any] = {"type": _IDENTITY_TYPES[kind]}
    if kind == "service":
        return {**identity, "invokedBy": arn}
    identity |= {"principalId": unique_id, "arn": arn, "accountId": account}
    if access_key_id:
        identity["accessKeyId"] = access_key_id
    if name:
        identity["userName"] = name
    if issuer_arn:
        identity["sessionContext"] = {"sessionIssuer": {"type": "Role", "arn": issuer_arn, "accountId": account}}
    if event.invoked_by:
        identity["invokedBy"] = event.invoked_by
    return identity
