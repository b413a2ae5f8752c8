"""Resource policies: parameters shared with other accounts.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.policy import MalformedPolicy
from vauban.services.ssm.errors import (
    MalformedResourcePolicyDocumentException,
    ResourceNotFoundException,
    ResourcePolicyConflictException,
    ResourcePolicyInvalidParameterException,
    ResourcePolicyLimitExceededException,
    ResourcePolicyNotFoundException,
)
from vauban.services.ssm.names import parse
from vauban.services.ssm.pages import page
from vauban.services.ssm.resolvers import absent_parameter, find, resource_of
from vauban.services.ssm.resources import ADVANCED, Parameter, compiled

LARGEST_BYTES = 1024
DEFAULT_SIZE = 50


@dataclass(frozen=True)
class ParameterArnResolver:
    """A parameter of the caller's account, by its ARN."""

    members: tuple[str, ...] = ("ResourceArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["ResourceArn"]
        error = ResourceNotFoundException(f"The resource {text} could not be found.")
        try:
            named = parse(text)
        except ValidationException:
            raise ResourcePolicyInvalidParameterException(
                f"{text} is not the ARN of a parameter.", ParameterNames=["ResourceArn"]
            ) from None
        if (named.account, named.region, named.selector) != (call.account, call.region, ""):
            return absent_parameter(text, named.account, error)
        parameter = find(world.at(call.account, call.region), named)
        return resource_of(parameter) if parameter is not None else absent_parameter(text, call.account, error)


a_parameter_arn = ParameterArnResolver()


@operation("PutResourcePolicy", on=a_parameter_arn)
def put_resource_policy(
    call: Call, parameter: Parameter, policy: str, policy_id: str | None = None, policy_hash: str | None = None
) -> dict[str, Any]:
    if parameter.tier != ADVANCED:
        raise ResourcePolicyInvalidParameterException(
            "To share a parameter, it must be in the advanced parameter tier.", ParameterNames=["ResourceArn"]
        )
    _require_sound(policy)
    if policy_id is not None or policy_hash is not None:
        _require_current(parameter, policy_id, policy_hash)
    elif parameter.resource_policy:
        raise ResourcePolicyLimitExceededException(
            "The parameter has a policy; say its PolicyId and PolicyHash to change it.", Limit=1, LimitType="Policies"
        )
    kept = replace(parameter, resource_policy=policy, resource_policy_id=policy_id or call.uuid())
    call.store.put(kept)
    return {"PolicyId": kept.resource_policy_id, "PolicyHash": _hash(kept)}


@operation("GetResourcePolicies", on=a_parameter_arn)
def get_resource_policies(
    call: Call, parameter: Parameter, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    def policies(after: str, count: int) -> list[Parameter]:
        return [parameter] if parameter.resource_policy and parameter.resource_policy_id > after else []

    size = max_results or DEFAULT_SIZE
    return page(call, "Policies", policies, _described, size, next_token, of=parameter.arn, id=_policy_id)


def _policy_id(parameter: Parameter) -> str:
    return parameter.resource_policy_id


@operation("DeleteResourcePolicy", on=a_parameter_arn)
def delete_resource_policy(
    call: Call, parameter: Parameter, policy_id: str, policy_hash: str, deletion_mode: str = ""
) -> dict[str, Any]:
    """``deletion_mode`` speaks of documents alone; AWS ignores it for parameters."""
    _require_current(parameter, policy_id, policy_hash)
    call.store.put(replace(parameter, resource_policy="", resource_policy_id=""))
    return {}


def _described(parameter: Parameter) -> dict[str, Any]:
    """The model's ``GetResourcePoliciesResponseEntry``."""
    return {
        "PolicyId": parameter.resource_policy_id,
        "PolicyHash": _hash(parameter),
        "Policy": parameter.resource_policy,
    }


def _require_sound(policy: str) -> None:
    if len(policy.encode()) > LARGEST_BYTES:
        raise ResourcePolicyLimitExceededException(
            f"A policy can't be greater than {LARGEST_BYTES} bytes in size.", Limit=LARGEST_BYTES, LimitType="Size"
        )
    try:
        compiled(policy)
    except MalformedPolicy as error:
        raise MalformedResourcePolicyDocumentException(error.reason) from None


def _require_current(parameter: Parameter, policy_id: str | None, policy_hash: str | None) -> None:
    if not parameter.resource_policy or policy_id != parameter.resource_policy_id:
        raise ResourcePolicyNotFoundException("No policies with the specified policy ID and hash could be found.")
    if policy_hash != _hash(parameter):
        raise ResourcePolicyConflictException("The hash provided in the call doesn't match the stored hash.")


def _hash(parameter: Parameter) -> str:
    return hashlib.sha256(parameter.resource_policy.encode()).hexdigest()
