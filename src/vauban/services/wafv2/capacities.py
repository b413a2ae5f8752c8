"""What rules need of a web ACL's capacity."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.resources import ANY, Resource
from vauban.services.wafv2.references import Proposal, ProposalResolver, first_denial
from vauban.services.wafv2.rules import capacity_of_rules
from vauban.services.wafv2.scopes import require_scope


def may_check(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The action is on no resource; but what others do not share cannot be asked about."""
    (proposed,) = resources
    others = (each for each in proposed.record.named.values() if each.account != call.account)
    return first_denial([("wafv2:CheckCapacity", ANY), *(("wafv2:CreateWebACL", each) for each in others)], evaluate)


@operation("CheckCapacity", on=ProposalResolver(("Rules",)), decide=may_check)
def check_capacity(call: Call, proposal: Proposal, scope: str) -> dict[str, Any]:
    require_scope(call, scope)
    return {"Capacity": capacity_of_rules(call, proposal)}
