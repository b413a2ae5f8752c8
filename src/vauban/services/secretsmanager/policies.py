"""The resource policy of a secret: the one, named ``default``."""

import json
from collections.abc import Callable
from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.policy import MalformedPolicy, Policy, grants_public_access
from vauban.services.secretsmanager.errors import (
    InvalidParameterException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceNotFoundException,
)
from vauban.services.secretsmanager.lists import page
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resolvers import SecretResolver, a_secret
from vauban.services.secretsmanager.resources import Secret, compiled

NAME = "default"
OF_PRIMARY = "CrossAccountReplication"
PUT = "secretsmanager:PutResourcePolicy"
PUBLIC = "The resource policy grants broad access to the secret."
UNSUPPORTED_PRINCIPAL = "This resource policy contains an unsupported principal."
LOCKED_OUT = "The resource policy would keep you from changing it in the future."


def keeps_access(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Whether the caller may put the policy, and could put the next one under it."""
    (resource,) = resources
    decision = evaluate(PUT, resource)
    policy = _compiled_or_none(call.params["ResourcePolicy"])
    if not decision.allowed or resource.record is None or policy is None:
        return decision
    return evaluate(PUT, replace(resource, policy=_under(call, resource.record)))


@operation("PutResourcePolicy", on=a_secret, decide=keeps_access)
def put_resource_policy(
    call: Call,
    secret: Secret,
    resource_policy: str,
    policy_name: str = NAME,
    block_public_policy: bool = False,
) -> dict[str, Any]:
    _require_default(policy_name)
    _require_well_formed(resource_policy)
    if block_public_policy and grants_public_access(resource_policy, "secret"):
        raise PublicPolicyException(PUBLIC)
    bound = _bound(call, resource_policy)
    keep(call, replace(secret, policy=resource_policy, policy_principals=bound))
    return _told(secret)


@operation("GetResourcePolicy", on=a_secret)
def get_resource_policy(call: Call, secret: Secret, policy_name: str = NAME) -> dict[str, Any]:
    told = {**_told(secret), "PolicyName": policy_name}
    policies = policies_of(call, secret)
    if policy_name not in policies and policy_name != NAME:
        raise ResourceNotFoundException(f"Secrets Manager can't find the resource policy {policy_name}.")
    return {**told, "ResourcePolicy": policies[policy_name]} if policy_name in policies else told


@operation("DeleteResourcePolicy", on=a_secret)
def delete_resource_policy(call: Call, secret: Secret, policy_name: str = NAME) -> dict[str, Any]:
    _require_default(policy_name)
    if secret.policy:
        keep(call, replace(secret, policy="", policy_principals={}))
    return _told(secret)


@operation("ListResourcePolicies", on=a_secret)
def list_resource_policies(
    call: Call, secret: Secret, max_results: int = 100, next_token: str | None = None
) -> dict[str, Any]:
    entries = [(f"{name != NAME} {name}", {"PolicyName": name}) for name in policies_of(call, secret)]
    return page(call, "ResourcePolicies", entries, max_results, next_token, of=secret.key)


def policies_of(call: Call, secret: Secret) -> dict[str, str]:
    """The default policy as it reads today, and what a cross-account replica has besides, by name."""
    own = as_shown(secret.policy, secret.policy_principals, call.world) if secret.policy else ""
    policies = {NAME: own, OF_PRIMARY: secret.origin.policy if secret.origin else ""}
    return {name: policy for name, policy in policies.items() if policy}


def may_validate(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Both actions are needed; whether the caller would be locked out is worked out on the way."""
    (resource,) = resources
    decision = evaluate("secretsmanager:ValidateResourcePolicy", resource)
    if not decision.allowed:
        return decision
    decision = evaluate(PUT, resource)
    policy = _compiled_or_none(call.params["ResourcePolicy"])
    if decision.allowed and resource.record is not None and policy is not None:
        call.computed[LOCKED_OUT] = not evaluate(PUT, replace(resource, policy=_under(call, resource.record))).allowed
    return decision


@operation("ValidateResourcePolicy", on=SecretResolver(optional=True), decide=may_validate)
def validate_resource_policy(call: Call, secret: Secret | None, resource_policy: str) -> dict[str, Any]:
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Syntax", lambda: _syntax_error(resource_policy)),
        ("PublicAccess", lambda: PUBLIC if _is_public(resource_policy) else ""),
        ("CallerLockout", lambda: LOCKED_OUT if call.computed.get(LOCKED_OUT) else ""),
    ]
    errors = [{"CheckName": name, "ErrorMessage": message} for name, check in checks if (message := check())]
    return {"PolicyValidationPassed": not errors, "ValidationErrors": errors}


def _require_well_formed(policy: str) -> None:
    """Raises MalformedPolicyDocumentException."""
    reason = _syntax_error(policy)
    if reason:
        raise MalformedPolicyDocumentException(reason)


def _bound(call: Call, policy: str) -> dict[str, str]:
    """Raises MalformedPolicyDocumentException where the policy names somebody who is not there."""
    try:
        return bind(compiled(policy), call.world, call.account)
    except UnknownPrincipal:
        raise MalformedPolicyDocumentException(UNSUPPORTED_PRINCIPAL) from None


def _reason(policy: str, error: MalformedPolicy) -> str:
    try:
        json.loads(policy)
    except (ValueError, RecursionError):
        return "This resource policy contains invalid Json"
    return str(error)


def _compiled_or_none(policy: str) -> Policy | None:
    try:
        return compiled(policy)
    except MalformedPolicy:
        return None


def _syntax_error(policy: str) -> str:
    try:
        compiled(policy)
    except MalformedPolicy as error:
        return _reason(policy, error)
    return ""


def _is_public(policy: str) -> bool:
    return _compiled_or_none(policy) is not None and grants_public_access(policy, "secret")


def _under(call: Call, secret: Secret) -> Policy | tuple[Policy, ...] | None:
    """What would speak for the secret if the policy asked for were put."""
    return replace(secret, policy=call.params["ResourcePolicy"], policy_principals={}).compiled_policy


def _require_default(policy_name: str) -> None:
    if policy_name != NAME:
        raise InvalidParameterException(f"You can only attach or delete the policy named {NAME}.")


def _told(secret: Secret) -> dict[str, Any]:
    return {"ARN": secret.arn, "Name": secret.name, "PolicyName": NAME}
