"""The columns of CloudTrail Lake's table of events, in DuckDB's types.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
"""

from collections.abc import Mapping

_TEXT = "VARCHAR"
_MAP = "MAP(VARCHAR, VARCHAR)"
"""What in a record is an object of any form: its members by name, what is nested in them as JSON."""


def _struct(*texts: str, **others: str) -> str:
    members = dict.fromkeys(texts, _TEXT) | others
    return f"STRUCT({', '.join(f'{name} {kind}' for name, kind in members.items())})"


_SESSION = _struct(
    "sourceIdentity",
    "ec2RoleDelivery",
    "ec2IssuedInVpc",
    attributes=_struct("creationDate", "mfaAuthenticated"),
    sessionIssuer=_struct("type", "principalId", "arn", "accountId", "userName"),
    webIdFederationData=_struct("federatedProvider", attributes=_MAP),
)
_IDENTITY = ("type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy", "identityProvider")

COLUMNS = {
    "eventVersion": _TEXT,
    "userIdentity": _struct(*_IDENTITY, "credentialId", sessionContext=_SESSION),
    "eventTime": "TIMESTAMP",
    "eventSource": _TEXT,
    "eventName": _TEXT,
    "awsRegion": _TEXT,
    "sourceIPAddress": _TEXT,
    "userAgent": _TEXT,
    "errorCode": _TEXT,
    "errorMessage": _TEXT,
    "requestParameters": _MAP,
    "responseElements": _MAP,
    "additionalEventData": _MAP,
    "requestID": _TEXT,
    "eventID": _TEXT,
    "readOnly": "BOOLEAN",
    "resources": f"{_struct('accountId', 'type', 'ARN', 'ARNPrefix')}[]",
    "eventType": _TEXT,
    "apiVersion": _TEXT,
    "managementEvent": "BOOLEAN",
    "recipientAccountId": _TEXT,
    "sharedEventID": _TEXT,
    "annotation": _TEXT,
    "vpcEndpointId": _TEXT,
    "vpcEndpointAccountId": _TEXT,
    "serviceEventDetails": _MAP,
    "addendum": _MAP,
    "edgeDeviceDetails": _MAP,
    "insightDetails": _MAP,
    "eventCategory": _TEXT,
    "tlsDetails": _struct("tlsVersion", "cipherSuite", "clientProvidedHostHeader"),
    "sessionCredentialFromConsole": _TEXT,
    "eventJson": _TEXT,
}

MACROS = ("CREATE MACRO element_at(collection, key) AS collection[key]",)
"""Of Trino's functions, those that DuckDB has otherwise."""
LOCKS = (
    "SET python_enable_replacements = false",
    "SET threads = 1",
    "SET memory_limit = '512MB'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""What is said to DuckDB before it is given a customer's SQL: no files, no network, and no way back."""


def table(store_id: str, columns: Mapping[str, str]) -> str:
    """The SQL that makes a store's table."""
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f'CREATE TABLE "{store_id}" ({declared})'
