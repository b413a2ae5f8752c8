"""Who called, as CloudTrail's ``userIdentity`` tells it.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from datetime import UTC, datetime
from typing import Any

from vauban.kernel.events import AuditEvent

_TYPES = {
    "root": "Root",
    "user": "IAMUser",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "web-identity": "WebIdentityUser",
    "saml": "SAMLUser",
}
_ISSUER_TYPES = {"role": "Role", "user": "IAMUser"}


def user_identity(event: AuditEvent) -> dict[str, Any]:
    """Of the caller; to the trail of another account than the caller's it tells no more than unique id and account."""
    kind, account, arn, unique_id, name, access_key_id, _ = event.principal
    if kind == "service":
        return {"type": "AWSService", "invokedBy": arn}
    if kind == "anonymous":
        return {"type": "AWSAccount", "principalId": "", "accountId": unique_id}
    if kind in ("web-identity", "saml"):
        return _vouched_for(event)
    if account != event.account:
        return {"type": "AWSAccount", "principalId": unique_id, "accountId": account}
    identity = {"type": _TYPES[kind], "principalId": unique_id, "arn": arn, "accountId": account}
    if access_key_id:
        identity["accessKeyId"] = access_key_id
    if name:
        identity["userName"] = name
    if event.session:
        identity["sessionContext"] = _session_context(event)
    if event.invoked_by:
        identity["invokedBy"] = event.invoked_by
    return identity


def _vouched_for(event: AuditEvent) -> dict[str, Any]:
    """Whom an identity provider vouches for."""
    kind, _, _, unique_id, name, _, issuer_arn = event.principal
    identity = {"type": _TYPES[kind], "principalId": unique_id, "userName": name}
    return {**identity, "identityProvider": event.session[3] if event.session else issuer_arn}


def _session_context(event: AuditEvent) -> dict[str, Any]:
    issued, mfa, source_identity, provider, _ = event.session
    context: dict[str, Any] = {}
    issuer = _session_issuer(event)
    if issuer:
        context["sessionIssuer"] = issuer
    if provider:
        context["webIdFederationData"] = {"federatedProvider": provider, "attributes": {}}
    context["attributes"] = {
        "creationDate": datetime.fromtimestamp(issued, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "mfaAuthenticated": "true" if mfa else "false",
    }
    if source_identity:
        context["sourceIdentity"] = source_identity
    return context


def _session_issuer(event: AuditEvent) -> dict[str, Any] | None:
    """The role, user or root user behind a session of a name of its own."""
    _, account, _, _, _, _, arn = event.principal
    if not arn:
        return None
    noun, slash, path = arn.rpartition(":")[2].partition("/")
    issuer = {
        "type": _ISSUER_TYPES.get(noun, "Root"),
        "principalId": event.session[4],
        "arn": arn,
        "accountId": account,
    }
    return {**issuer, "userName": path.rpartition("/")[2]} if slash else issuer
