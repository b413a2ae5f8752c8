"""Resource policies: which services may write into the log groups of an account.

Source: the API reference of PutResourcePolicy: they are for service principals alone, and for two actions.
"""

import json
from functools import lru_cache
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.stores import World
from vauban.policy import MalformedPolicy, Policy
from vauban.services.logs.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from vauban.services.logs.lists import page
from vauban.services.logs.resources import ResourcePolicy, milliseconds

MAXIMUM = 10
"""In a Region."""
OF_ONE_GROUP = ("resourceArn", "expectedRevisionId")


@operation("PutResourcePolicy", unsupported=OF_ONE_GROUP)
def put_resource_policy(call: Call, policy_name: str = "", policy_document: str = "") -> dict[str, Any]:
    if not policy_name or not policy_document:
        raise InvalidParameterException("Both policyName and policyDocument are required.")
    try:
        Policy.parse(policy_document, name=policy_name, kind="resource")
    except MalformedPolicy as error:
        raise InvalidParameterException(str(error)) from None
    if call.store.get(ResourcePolicy, policy_name) is None and call.store.count(ResourcePolicy) >= MAXIMUM:
        raise LimitExceededException("Resource limit exceeded.")
    made = ResourcePolicy(policy_name, call.account, call.region, policy_document, call.now)
    call.store.put(made)
    return {"resourcePolicy": _told(made)}


@operation("DescribeResourcePolicies", unsupported=OF_ONE_GROUP[:1])
def describe_resource_policies(
    call: Call, next_token: str | None = None, limit: int = 50, policy_scope: str = "ACCOUNT"
) -> dict[str, Any]:
    found = call.store.list(ResourcePolicy) if policy_scope == "ACCOUNT" else []
    return page(call, "resourcePolicies", found, lambda each: each.name, _told, limit, next_token, policy_scope)


@operation("DeleteResourcePolicy", unsupported=OF_ONE_GROUP)
def delete_resource_policy(call: Call, policy_name: str = "") -> None:
    found = call.store.get(ResourcePolicy, policy_name) if policy_name else None
    if found is None:
        raise ResourceNotFoundException(f"Policy with name [{policy_name}] does not exist.")
    call.store.delete(found)


def policy_for_services(call: Call, world: World, account: str) -> Policy | None:
    """What the account's policies say together, where a service asks by itself."""
    if call.principal.kind != "service":
        return None
    found = world.at(account, call.region).list(ResourcePolicy)
    return _together(tuple(each.document for each in found)) if found else None


@lru_cache(maxsize=1024)
def _together(documents: tuple[str, ...]) -> Policy:
    statements: list[Any] = []
    for document in documents:
        said = json.loads(document)["Statement"]
        statements += said if isinstance(said, list) else [said]
    whole = json.dumps({"Version": "2012-10-17", "Statement": [_without_id(each) for each in statements]})
    return Policy.parse(whole, name="resource policies of the log groups", kind="resource")


def _without_id(statement: dict[str, Any]) -> dict[str, Any]:
    """Two policies may have statements of the same id."""
    return {name: value for name, value in statement.items() if name != "Sid"}


def _told(policy: ResourcePolicy) -> dict[str, Any]:
    return {
        "policyName": policy.name,
        "policyDocument": policy.document,
        "lastUpdatedTime": milliseconds(policy.updated),
        "policyScope": "ACCOUNT",
    }
