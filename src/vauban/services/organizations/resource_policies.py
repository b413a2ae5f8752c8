"""The organization's resource policy: by it the management account lets members at policies and at the tree.

It is consulted in every call of a member (``resolvers``); a member's principals need their own account's policies too.
"""

from fnmatch import fnmatchcase
from typing import Any

from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy, Policy
from vauban.services.organizations import resolvers
from vauban.services.organizations.documents import read
from vauban.services.organizations.errors import InvalidInputException, ResourcePolicyNotFoundException
from vauban.services.organizations.resources import members, new_id
from vauban.services.organizations.tags import tagged

_PREFIX = "organizations:"


@operation("PutResourcePolicy", on=resolvers.organization, also=(("TagResource", "Tags"),))
def put_resource_policy(
    call: Call, organization: Organization, content: str, tags: list[dict[str, str]] = ()
) -> dict[str, Any]:
    _check(call, organization, content)
    if not organization.resource_policy:
        policy_id = new_id(call, "rp-", 8)
        organization = replace(organization, resource_policy_id=policy_id, resource_policy_tags=tagged({}, tags))
    elif tags:
        raise InvalidInputException(
            "INVALID_RESOURCE_POLICY_JSON", "Tags are taken with a new resource policy only: use TagResource."
        )
    organization = replace(organization, resource_policy=content)
    call.store.put(organization)
    return {"ResourcePolicy": _shown(organization)}


@operation("DescribeResourcePolicy", on=resolvers.organization)
def describe_resource_policy(call: Call, organization: Organization) -> dict[str, Any]:
    _require(organization)
    return {"ResourcePolicy": _shown(organization)}


@operation("DeleteResourcePolicy", on=resolvers.organization)
def delete_resource_policy(call: Call, organization: Organization) -> None:
    _require(organization)
    call.store.put(replace(organization, resource_policy="", resource_policy_id="", resource_policy_tags={}))


def _require(organization: Organization) -> None:
    if not organization.resource_policy:
        raise ResourcePolicyNotFoundException


def _check(call: Call, organization: Organization, content: str) -> None:
    """Raises InvalidInputException with what is wrong: the language, the principals, or the actions."""
    try:
        policy = Policy.parse(content, name="resource policy", kind="resource")
        document = read(content)
    except MalformedPolicy as error:
        principal = "principal" in error.reason.lower()
        raise InvalidInputException("INVALID_PRINCIPAL" if principal else "INVALID_RESOURCE_POLICY_JSON") from None
    except (ValueError, RecursionError):
        raise InvalidInputException("INVALID_RESOURCE_POLICY_JSON") from None
    accounts = {each.account for each in members(call.store, organization)}
    if not all(_account(each) in accounts for each in policy.principals):
        raise InvalidInputException("INVALID_PRINCIPAL")
    if not all(_delegable(action) for action in _actions(document)):
        raise InvalidInputException("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY")


def _account(principal: str) -> str:
    """The account of a principal: its number, or the ARN of something in it."""
    return principal.split(":")[4] if principal.startswith("arn:") else principal


def _actions(document: dict[str, Any]) -> list[str]:
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    allowed = [each.get("Action", "*") for each in statements if each["Effect"] == "Allow"]
    return [action for each in allowed for action in ([each] if isinstance(each, str) else each)]


def _delegable(action: str) -> bool:
    """Whether an action, or a pattern of some, means operations that can be handed on."""
    if not action.lower().startswith(_PREFIX):
        return False
    pattern = action[len(_PREFIX) :].lower()
    return any(fnmatchcase(each.lower(), pattern) for each in resolvers.DELEGABLE)


def _shown(organization: Organization) -> dict[str, Any]:
    """The model's ``ResourcePolicy``."""
    policy_id = organization.resource_policy_id
    summary = {"Id": policy_id, "Arn": organization.arn_of("resourcepolicy", policy_id)}
    return {"ResourcePolicySummary": summary, "Content": organization.resource_policy}
