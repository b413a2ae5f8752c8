"""Temporary credentials, issued: how long they last, what narrows them, and the shape they are told in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from vauban.identity.managed_policies import managed_policy
from vauban.identity.sessions import LONGEST_TOKEN, OversizedSession, Sessions
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.principals import Principal
from vauban.kernel.stores import Records
from vauban.policy import MalformedPolicy, OversizedPolicy, Policy
from vauban.services.sts.errors import MalformedPolicyDocumentException, PackedPolicyTooLargeException

MOST_POLICY_ARNS = 10
MOST_PLAINTEXT = 2048
"""Characters of the inline session policy and the ARNs of managed ones together."""


class Narrowing(NamedTuple):
    """Session policies, as a session's context has them."""

    policies: tuple[str, ...] | None = None
    policy_arns: tuple[str, ...] = ()


def session_policies(records: Records, policy: str | None, arns: Sequence[dict[str, str]] | None) -> Narrowing:
    """Checked against their rules and the account's managed policies.

    Raises ValidationException, MalformedPolicyDocumentException or PackedPolicyTooLargeException.
    """
    named = tuple(each["arn"] for each in arns or () if "arn" in each)
    if policy is None and not named:
        return Narrowing()
    if len(named) > MOST_POLICY_ARNS:
        raise ValidationException(
            f"Number of policy ARNs {len(named)} exceeds the limit of {MOST_POLICY_ARNS} for session policies."
        )
    for each in named:
        if managed_policy(records, each) is None:
            raise MalformedPolicyDocumentException(f"The policy {each} does not exist or cannot be attached.")
    size = len(policy or "") + sum(map(len, named))
    if size > MOST_PLAINTEXT:
        raise PackedPolicyTooLargeException(
            f"The session policies have {size} characters, more than the {MOST_PLAINTEXT} that they may have."
        )
    if policy is not None:
        _check(policy)
    return Narrowing(() if policy is None else (policy,), named)


def _check(policy: str) -> None:
    try:
        Policy.parse(policy, name="session policy", kind="session")
    except OversizedPolicy as error:
        raise PackedPolicyTooLargeException(str(error)) from None
    except MalformedPolicy as error:
        raise MalformedPolicyDocumentException(str(error)) from None


def issue(
    call: Call,
    principal: Principal,
    seconds: float,
    *,
    packed: bool = False,
    smallest_token: int = 0,
) -> dict[str, Any]:
    """A session's ``Credentials``, and what its token takes up; ``packed`` is whether it carries policies or tags.

    Raises PackedPolicyTooLargeException.
    """
    try:
        session, token = Sessions(call.sealer).issue(principal, seconds, smallest_token=smallest_token)
    except OversizedSession as error:
        raise PackedPolicyTooLargeException(
            f"The session token has {error.size} bytes, more than the {LONGEST_TOKEN} bytes that it may have."
        ) from None
    percent = -(-100 * len(token) // LONGEST_TOKEN)
    result: dict[str, Any] = {
        "Credentials": {
            "AccessKeyId": session.principal.access_key_id,
            "SecretAccessKey": session.secret_access_key.decode(),
            "SessionToken": token,
            "Expiration": datetime.fromtimestamp(session.expires, UTC),
        },
        "SessionTokenUtilization": percent,
        "SessionTokenSize": len(token),
    }
    if packed:
        result["PackedPolicySize"] = percent
    return result


def beginning(call: Call) -> float:
    """When a session of this call begins: AWS counts whole seconds."""
    return float(int(call.time))
