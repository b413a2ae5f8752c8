"""What a grant permits: to whom, for which operations, under which constraints.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html and the model's ``GrantConstraints``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vauban.kernel.arns import PARTITION
from vauban.kernel.calls import Call
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Context
from vauban.kernel.stores import Records
from vauban.services.kms.resources import Grant, Key

CONTEXT_MEMBERS = {
    "SourceKeyId": "SourceEncryptionContext",
    "DestinationKeyId": "DestinationEncryptionContext",
}
"""The member that names a key -> the member that holds the encryption context used with it, where it is not
``EncryptionContext``."""

FREE_OF_CONTEXT = frozenset({"DescribeKey", "CreateGrant"})
"""Operations to which constraints on the encryption context of the request do not apply."""


def encryption_context(call: Call, member: str) -> Mapping[str, str]:
    """The encryption context that the call uses with the key that ``member`` names."""
    return call.params.get(CONTEXT_MEMBERS.get(member, "EncryptionContext")) or {}


def find_grant(
    key: Key, records: Records, member: str, principal: Principal, action: str, context: Context
) -> str | None:
    """``grant/<id>`` of a grant that lets ``principal`` do ``action`` (``kms:Decrypt``) with this call, or None.

    The call names ``key`` by ``member``. With the first three arguments given it is what a ``Resource`` has for grants.
    """
    operation = action.removeprefix("kms:")
    if operation == "RetireGrant":  # A grant lets its grantee retire this one grant: see retirement.
        return None
    for grant in grants_to(principal, key, records):
        if operation in grant.operations and _constraints_hold(grant, member, operation, context):
            return f"grant/{grant.grant_id}"
    return None


def grants_to(principal: Principal, key: Key, records: Records) -> Iterator[Grant]:
    """The grants on ``key`` whose grantee is ``principal``.

    A grant to an account passes the decision on to that account's own policies. Across accounts they are asked in any
    case; within the key's account such a grant speaks of the root user alone.
    """
    names = names_of(principal)
    if principal.account and principal.account != key.account:
        names = (*names, account_root(principal.account))
    for name in names:
        for grant in records.list(Grant, index="grantee", value=f"{key.key_id} {name}"):
            if is_still(principal, grant.grantee_id):
                yield grant


def is_still(principal: Principal, unique_id: str) -> bool:
    """Whether ``principal`` is who a grant was made for, and not another who came to have the name."""
    return unique_id in ("", principal.unique_id, principal.issuer_id)


def names_of(principal: Principal) -> tuple[str, ...]:
    """The ARNs by which a grant may name a principal: its own, and its role's where it is a session."""
    return (principal.arn, principal.issuer_arn) if principal.issuer_arn else (principal.arn,)


def account_root(account: str) -> str:
    """The ARN that stands for an account, and for its root user."""
    return f"arn:{PARTITION}:iam::{account}:root"


def _constraints_hold(grant: Grant, member: str, operation: str, context: Context) -> bool:
    call = context.call
    if grant.source_arn and context.get("aws:sourcearn") != grant.source_arn:
        return False
    if operation == "CreateGrant" and not permits_child(grant, call.params):
        return False
    if operation in FREE_OF_CONTEXT:
        return True
    given = encryption_context(call, member)
    if grant.encryption_context_equals is not None and not same_context(given, grant.encryption_context_equals):
        return False
    return grant.encryption_context_subset is None or includes_context(given, grant.encryption_context_subset)


def permits_child(grant: Grant, wanted: Mapping[str, Any]) -> bool:
    """Whether who may create grants by ``grant`` may create the one that CreateGrant's members describe.

    It must not permit more: no further operation, and every constraint as strict or stricter.
    """
    constraints = wanted.get("Constraints") or {}
    equals, subset = constraints.get("EncryptionContextEquals"), constraints.get("EncryptionContextSubset")
    if not set(wanted.get("Operations", ())) <= set(grant.operations):
        return False
    if grant.source_arn and constraints.get("SourceArn") != grant.source_arn:
        return False
    required = grant.encryption_context_equals
    if required is not None and (equals is None or not same_context(equals, required)):
        return False
    required = grant.encryption_context_subset
    return required is None or any(each is not None and includes_context(each, required) for each in (equals, subset))


def same_context(given: Mapping[str, str], required: Mapping[str, str]) -> bool:
    """Whether the pairs are the same; keys without regard to case, values with."""
    return _folded(given) == _folded(required)


def includes_context(given: Mapping[str, str], required: Mapping[str, str]) -> bool:
    """Whether every required pair is given; keys without regard to case, values with."""
    return _folded(required) <= _folded(given)


def _folded(context: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(key.lower(), value) for key, value in context.items()}
