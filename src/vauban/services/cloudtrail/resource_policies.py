"""Policies on event data stores, by which other accounts may query them.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html
"""

from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.policy import MalformedPolicy, Policy
from vauban.services.cloudtrail.errors import (
    CloudTrailARNInvalidException,
    ResourceARNNotValidException,
    ResourceNotFoundException,
    ResourcePolicyNotFoundException,
    ResourcePolicyNotValidException,
    ResourceTypeNotSupportedException,
)
from vauban.services.cloudtrail.names import parse_arn
from vauban.services.cloudtrail.resources import EventDataStore
from vauban.services.cloudtrail.stores import of_arn


@dataclass(frozen=True)
class PolicysResolver:
    """The event data store whose policy it is."""

    members: tuple[str, ...] = ("ResourceArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["ResourceArn"]
        try:
            noun = parse_arn(text).noun
        except CloudTrailARNInvalidException:
            raise ResourceARNNotValidException(f"The ARN {text} is not valid.") from None
        if noun != "eventdatastore":
            raise ResourceTypeNotSupportedException(f"{noun} is not a type of resource that has a policy here.")
        return of_arn(call, world, text, ResourceNotFoundException(f"The resource {text} was not found."))


a_resource = PolicysResolver()


@operation("PutResourcePolicy", on=a_resource)
def put_resource_policy(call: Call, store: EventDataStore, resource_policy: str) -> dict[str, Any]:
    try:
        Policy.parse(resource_policy, name="resource policy", kind="resource")
    except MalformedPolicy as error:
        raise ResourcePolicyNotValidException(str(error)) from None
    call.store.put(replace(store, policy=resource_policy))
    return {"ResourceArn": store.arn, "ResourcePolicy": resource_policy}


@operation("GetResourcePolicy", on=a_resource)
def get_resource_policy(call: Call, store: EventDataStore) -> dict[str, Any]:
    if not store.policy:
        raise _no_policy(store)
    return {"ResourceArn": store.arn, "ResourcePolicy": store.policy}


@operation("DeleteResourcePolicy", on=a_resource)
def delete_resource_policy(call: Call, store: EventDataStore) -> None:
    if not store.policy:
        raise _no_policy(store)
    call.store.put(replace(store, policy=""))


def _no_policy(store: EventDataStore) -> ResourcePolicyNotFoundException:
    return ResourcePolicyNotFoundException(f"{store.arn} has no resource policy.")
