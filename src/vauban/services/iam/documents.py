"""Policy documents: checked as they come, and percent-encoded as they go (RFC 3986, as IAM's answers have them)."""

from collections.abc import Mapping
from urllib.parse import quote

from vauban.identity.policy_principals import UnknownPrincipal, bind
from vauban.kernel.calls import Call
from vauban.policy import MalformedPolicy, OversizedPolicy, Policy
from vauban.policy.kinds import Kind
from vauban.services.iam.errors import LimitExceededException, MalformedPolicyDocumentException, over_quota

TRUST_POLICY_CHARACTERS = 2048


def encoded(document: str) -> str:
    return quote(document, safe="-_.~")


def checked(document: str, kind: Kind) -> Policy:
    """Raises MalformedPolicyDocumentException in AWS's words, LimitExceededException for what is too long."""
    try:
        return Policy.parse(document, name="policy", kind=kind)
    except OversizedPolicy as error:
        raise LimitExceededException(str(error)) from None
    except MalformedPolicy as error:
        raise MalformedPolicyDocumentException(str(error)) from None


def checked_trust(call: Call, document: str) -> dict[str, str]:
    """The unique ids of those whom a trust policy names, by ARN. Raises as ``checked`` does."""
    if size(document) > TRUST_POLICY_CHARACTERS:
        raise over_quota("ACLSizePerRole", TRUST_POLICY_CHARACTERS)
    policy = checked(document, "trust")
    try:
        return bind(policy, call.world, call.account)
    except UnknownPrincipal as error:
        raise MalformedPolicyDocumentException(str(error)) from None


def size(document: str) -> int:
    """Its characters, white space apart: what IAM counts."""
    return sum(map(len, document.split()))


def total_size(documents: Mapping[str, str]) -> int:
    return sum(map(size, documents.values()))
