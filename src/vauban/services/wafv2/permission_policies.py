"""The policy that shares a rule group with other accounts."""

import json
from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy
from vauban.services.wafv2.errors import WAFInvalidPermissionPolicyException, WAFNonexistentItemException
from vauban.services.wafv2.resolvers import ArnResolver
from vauban.services.wafv2.resources import RuleGroup, compiled

NEEDED = {"wafv2:createwebacl", "wafv2:updatewebacl", "wafv2:putfirewallmanagerrulegroups"}
"""What a policy must allow."""
ALLOWED = {*NEEDED, "wafv2:getrulegroup"}
a_shared_group = ArnResolver("ResourceArn", (RuleGroup,))


@operation("PutPermissionPolicy", on=a_shared_group)
def put_permission_policy(call: Call, group: RuleGroup, policy: str) -> None:
    call.store.put(replace(group, policy=policy, policy_principals=_bound(call, policy)))


@operation("GetPermissionPolicy", on=a_shared_group)
def get_permission_policy(call: Call, group: RuleGroup) -> dict[str, Any]:
    _require_shared(group)
    return {"Policy": as_shown(group.policy, group.policy_principals, call.world)}


@operation("DeletePermissionPolicy", on=a_shared_group)
def delete_permission_policy(call: Call, group: RuleGroup) -> None:
    _require_shared(group)
    call.store.put(replace(group, policy="", policy_principals={}))


def _require_shared(group: RuleGroup) -> None:
    if not group.policy:
        raise WAFNonexistentItemException


def _bound(call: Call, policy: str) -> dict[str, str]:
    """The unique ids of those whom the policy names. Raises WAFInvalidPermissionPolicyException."""
    try:
        parsed = compiled(policy)
        _require_whole(json.loads(policy)["Statement"])
        return bind(parsed, call.world, call.account)
    except MalformedPolicy as error:
        raise WAFInvalidPermissionPolicyException(f"The policy is not valid: {error}") from None
    except UnknownPrincipal:
        raise WAFInvalidPermissionPolicyException("The policy has a principal that is not valid.") from None


def _require_whole(statements: dict[str, Any] | list[dict[str, Any]]) -> None:
    for statement in [statements] if isinstance(statements, dict) else statements:
        actions = statement.get("Action", [])
        named = {each.lower() for each in ([actions] if isinstance(actions, str) else actions)}
        if not NEEDED <= named <= ALLOWED:
            raise WAFInvalidPermissionPolicyException(
                "The policy must allow wafv2:CreateWebACL, wafv2:UpdateWebACL and wafv2:PutFirewallManagerRuleGroups, "
                "and may allow wafv2:GetRuleGroup and nothing more."
            )
