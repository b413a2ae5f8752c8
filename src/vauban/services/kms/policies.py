"""Key policies: the one, mandatory, named ``default``."""

from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.policy import MalformedPolicy, OversizedPolicy, Policies, Policy, decide, full_access
from vauban.policy.kinds import RULES
from vauban.services.kms.errors import LimitExceededException, MalformedPolicyDocumentException, NotFoundException
from vauban.services.kms.lists import in_order, page
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import Key, compiled

NAME = "default"

DEFAULT = """\
{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::%s:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
"""What a key gets where none is given: it leaves everything to the account's IAM policies."""

_ALL_ALLOWED = Policies(identity=(full_access("scp"),))
"""Stands for whatever the account's own policies may come to allow."""


@operation("GetKeyPolicy", on=key("KeyId"))
def get_key_policy(call: Call, key: Key, policy_name: str = NAME) -> dict[str, Any]:
    _require_default(policy_name)
    return {"Policy": as_shown(key.policy, key.principal_ids, call.world), "PolicyName": NAME}


@operation("PutKeyPolicy", on=key("KeyId"))
def put_key_policy(
    call: Call,
    key: Key,
    policy: str,
    policy_name: str = NAME,
    bypass_policy_lockout_safety_check: bool = False,
) -> None:
    if policy_name == "AWS_RAM":
        raise ValidationException("The AWS_RAM policy can only be managed by the RAM service")
    _require_default(policy_name)
    ids = require_valid(call, policy, key.arn, bypass_lockout_check=bypass_policy_lockout_safety_check)
    call.store.put(replace(key, policy=policy, principal_ids=ids))


@operation("ListKeyPolicies", on=key("KeyId"))
def list_key_policies(call: Call, key: Key, limit: int | None = None, marker: str | None = None) -> dict[str, Any]:
    return page(call, "PolicyNames", in_order([(NAME, NAME)]), limit, marker, of=key.key_id)


def require_valid(call: Call, policy: str, key_arn: str, *, bypass_lockout_check: bool) -> dict[str, str]:
    """The unique ids of the users and roles it names, by ARN.

    Raises MalformedPolicyDocumentException or LimitExceededException for what cannot be the policy of a key.
    """
    try:
        parsed = compiled(policy, call.account)
    except OversizedPolicy as error:
        raise LimitExceededException(f"A key policy cannot be longer than {error.limit} characters.") from None
    except MalformedPolicy as error:
        raise MalformedPolicyDocumentException(str(error)) from None
    if not bypass_lockout_check and not _leaves_a_way_back(call, parsed, key_arn):
        raise MalformedPolicyDocumentException(
            "The new key policy will not allow you to update the key policy in the future."
        )
    try:
        return bind(parsed, call.world, call.account)
    except UnknownPrincipal:
        raise MalformedPolicyDocumentException(RULES["key"].invalid_principal) from None


def _leaves_a_way_back(call: Call, policy: Policy, key_arn: str) -> bool:
    """Whether the caller may put the next policy too, given all that the account's own policies could allow."""
    resource = Resource(key_arn, "key", call.account, policy=policy, policy_rules=True)
    return decide(call.principal, _ALL_ALLOWED, "kms:PutKeyPolicy", resource, _next_context(call)).allowed


def _next_context(call: Call) -> dict[str, Any]:
    """What conditions could ask of the next PutKeyPolicy, were it made by the same caller in the same way."""
    principal = call.principal
    return {
        "aws:currenttime": call.now,
        "aws:epochtime": int(call.time),
        "aws:principalaccount": principal.account,
        "aws:principalarn": principal.issuer_arn or principal.arn,
        "aws:requestedregion": call.region,
        "aws:securetransport": call.request.secure,
        "aws:sourceip": call.request.source_ip,
        "aws:userid": principal.unique_id,
        "aws:username": principal.name or None,
        "aws:viaawsservice": bool(call.via),
        "kms:bypasspolicylockoutsafetycheck": False,
        "kms:calleraccount": principal.account,
        "kms:policyname": NAME,
        **{f"aws:principaltag/{name.lower()}": value for name, value in principal.tags.items()},
    }


def _require_default(policy_name: str) -> None:
    if policy_name != NAME:
        raise NotFoundException("No such policy exists")
