"""Rule groups: rules to be used in any number of web ACLs, within a capacity that never changes."""

from typing import Any

from vauban.engines import waf
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.errors import TOO_MUCH_CAPACITY, invalid
from vauban.services.wafv2.lists import summaries
from vauban.services.wafv2.locks import changed, deleted, require_lock
from vauban.services.wafv2.names import require_new
from vauban.services.wafv2.references import Proposal, ProposalResolver, may_use
from vauban.services.wafv2.resolvers import Draft, DraftResolver, EntityResolver, RetrievedResolver
from vauban.services.wafv2.resources import GroupUse, RuleGroup
from vauban.services.wafv2.rules import capacity_of_group
from vauban.services.wafv2.statements import available_labels, consumed_labels
from vauban.services.wafv2.tags import tagged

a_rule_group = EntityResolver(RuleGroup)
a_proposal = ProposalResolver(("Rules", "VisibilityConfig", "CustomResponseBodies"))


@operation(
    "CreateRuleGroup",
    on=(DraftResolver(RuleGroup), a_proposal),
    decide=may_use("wafv2:CreateRuleGroup"),
    unsupported=("MonetizationConfig",),
)
def create_rule_group(
    call: Call,
    draft: Draft,
    proposal: Proposal,
    capacity: int,
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_new(call, RuleGroup, draft)
    _require_valid(call, capacity, proposal)
    own = {"description": description, "tags": tagged({}, tags or [])}
    made = RuleGroup(capacity, proposal.settings, tuple(proposal.named), **own, **draft.members(call))
    call.store.put(made)
    return {"Summary": made.summary}


@operation("GetRuleGroup", on=RetrievedResolver(RuleGroup))
def get_rule_group(call: Call, group: RuleGroup) -> dict[str, Any]:
    labels = {
        "AvailableLabels": available_labels(group.rules, group.label_namespace),
        "ConsumedLabels": consumed_labels(group.rules, group.label_namespace),
    }
    shown = {name: found for name, found in labels.items() if found}
    return {"RuleGroup": {**group.shape, **shown}, "LockToken": group.lock_token}


@operation(
    "UpdateRuleGroup",
    on=(a_rule_group, a_proposal),
    decide=may_use("wafv2:UpdateRuleGroup"),
    unsupported=("MonetizationConfig",),
)
def update_rule_group(
    call: Call,
    group: RuleGroup,
    proposal: Proposal,
    lock_token: str,
    description: str = "",
) -> dict[str, Any]:
    require_lock(group, lock_token)
    _require_valid(call, group.capacity, proposal)
    changes = {"settings": proposal.settings, "references": tuple(proposal.named)}
    new = changed(call, group, lock_token, description=description, **changes)
    return {"NextLockToken": new.lock_token}


@operation("DeleteRuleGroup", on=a_rule_group)
def delete_rule_group(call: Call, group: RuleGroup, lock_token: str) -> None:
    used = bool(call.store.list(GroupUse, index="group", value=group.arn, limit=1))
    deleted(call, group, lock_token, used=used)


@operation("ListRuleGroups")
def list_rule_groups(
    call: Call, scope: str, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    return summaries(call, RuleGroup, "RuleGroups", scope, limit, next_marker)


def _require_valid(call: Call, capacity: int, proposal: Proposal) -> None:
    """Raises WAFInvalidParameterException, also where the rules need more than the group's capacity."""
    if capacity > waf.MOST_CAPACITY:
        raise invalid("RULE_GROUP", str(capacity), TOO_MUCH_CAPACITY)
    capacity_of_group(call, capacity, proposal)
