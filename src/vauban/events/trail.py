"""Audit events in CloudTrail's record format.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from vauban.events.user_identities import user_identity
from vauban.kernel.attributes import is_data_event, region_of, source_of
from vauban.kernel.event_names import event_name
from vauban.kernel.events import AuditEvent

EVENT_VERSION = "1.11"


def cloudtrail_record(event: AuditEvent) -> dict[str, Any]:
    """The event as a CloudTrail record, absent members left out where CloudTrail leaves them out."""
    by_itself = event.event_type == "AwsServiceEvent"
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": user_identity(event),
        "eventTime": datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source_of(event),
        "eventName": event_name(event.service, event.operation),
        "awsRegion": region_of(event),
        "sourceIPAddress": event.invoked_by or event.source_ip,
        "userAgent": event.invoked_by or event.user_agent,
    }
    if event.error_code:
        record["errorCode"] = event.error_code
        record["errorMessage"] = event.error_message
    record["requestParameters"] = event.params or None
    record["responseElements"] = None if by_itself else event.result
    if event.authorization_id:
        record["additionalEventData"] = {"authorizationId": event.authorization_id}
    record |= {"requestID": event.request_id, "eventID": event.event_id, "readOnly": event.read_only}
    if event.resources:
        record["resources"] = [
            {"accountId": account, "type": resource_type, "ARN": arn} for arn, resource_type, account in event.resources
        ]
    record |= {
        "eventType": event.event_type,
        "managementEvent": not is_data_event(event),
        "recipientAccountId": event.account,
    }
    if by_itself and event.result:
        record["serviceEventDetails"] = event.result
    if _is_shared(event):
        record["sharedEventID"] = _shared_id(event)
    record["eventCategory"] = "Data" if is_data_event(event) else "Management"
    version, _, cipher = event.tls.partition(" ")
    if cipher:
        record["tlsDetails"] = {
            "tlsVersion": version,
            "cipherSuite": cipher,
            "clientProvidedHostHeader": event.host,
        }
    return record


def _is_shared(event: AuditEvent) -> bool:
    """Whether the same call is on the trail of another account too: the caller's, or the resource owner's."""
    caller = event.principal[1]
    owner = event.resources[0][2] if event.resources else ""
    return not event.error_code and bool(caller and owner) and caller != owner


def _shared_id(event: AuditEvent) -> str:
    """Alike on both trails, for it is made of the call alone."""
    call = f"{event.request_id} {event.service}:{event.operation}"
    return str(uuid.UUID(bytes=hashlib.sha256(call.encode()).digest()[:16], version=4))
