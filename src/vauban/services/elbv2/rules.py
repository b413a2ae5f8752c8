"""Rules of listeners: made, described, changed, put in order and deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.elbv2 import actions as deeds
from vauban.services.elbv2 import rule_conditions
from vauban.services.elbv2 import transforms as rewrites
from vauban.services.elbv2.associations import groups_of
from vauban.services.elbv2.errors import (
    OperationNotPermittedException,
    PriorityInUseException,
    RuleNotFoundException,
    TargetGroupAssociationLimitException,
    TooManyRulesException,
    TooManyUniqueTargetGroupsPerLoadBalancerException,
)
from vauban.services.elbv2.pages import page
from vauban.services.elbv2.quotas import GROUPS_OF_LOAD_BALANCER, RULES
from vauban.services.elbv2.resolvers import LISTENER, RULE, Several, a_listener, a_rule, find, on_each
from vauban.services.elbv2.resources import Listener, Rule
from vauban.services.elbv2.tags import tagged
from vauban.services.elbv2.targets import require_few

DEFAULT = "default"


@operation("CreateRule", on=a_listener, also=(("AddTags", "Tags"),))
def create_rule(
    call: Call,
    listener: Listener,
    conditions: list[dict[str, Any]],
    priority: int,
    actions: list[dict[str, Any]],
    tags: list[dict[str, str]] | None = None,
    transforms: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    balancer = listener.id.rpartition("/")[0]
    others = call.store.list(Rule, prefix=f"{balancer}/")
    if any(each.listener == listener.id and each.priority == priority for each in others):
        raise PriorityInUseException(f"Priority '{priority}' is currently in use")
    if sum(each.priority is not None for each in others) >= RULES:
        raise TooManyRulesException(f"The maximum number of rules for a load balancer, '{RULES}', has been reached")
    made = Rule(
        f"{listener.id}/{call.once('digits', lambda: call.random(8)).hex()}",
        call.account,
        call.region,
        deeds.checked(call, actions, listener.protocol),
        priority,
        rule_conditions.checked(conditions),
        rewrites.checked(transforms or ()),
        tagged({}, tags),
    )
    keep(call, made)
    # Written so that of two rules made at once with one priority, one is made after the other.
    call.store.put(listener)
    return {"Rules": [shown(made)]}


@operation("DescribeRules")
def describe_rules(
    call: Call,
    listener_arn: str | None = None,
    rule_arns: list[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    if (listener_arn is None) == (not rule_arns):
        raise ValidationException("You must specify either listener rule ARNs or a listener ARN")
    if listener_arn is not None:
        listener = find(call.store, LISTENER, listener_arn)
        if listener is None:
            raise LISTENER.absent(listener_arn)
        found = in_order(call.store.list(Rule, prefix=f"{listener.id}/"))
    else:
        found = [find(call.store, RULE, each) for each in rule_arns]
        if None in found:
            raise RuleNotFoundException("One or more rules not found")
    return page(call, "Rules", found, lambda each: each.id, shown, marker, page_size)


@operation("ModifyRule", on=a_rule)
def modify_rule(
    call: Call,
    rule: Rule,
    conditions: list[dict[str, Any]] | None = None,
    actions: list[dict[str, Any]] | None = None,
    transforms: list[dict[str, Any]] | None = None,
    reset_transforms: bool = False,
) -> dict[str, Any]:
    if rule.priority is None:
        raise OperationNotPermittedException(f"Default rule '{rule.arn}' cannot be modified")
    if transforms and reset_transforms:
        raise ValidationException("Transforms and ResetTransforms cannot be specified at the same time")
    changed = rule
    if conditions:
        changed = replace(changed, conditions=rule_conditions.checked(conditions))
    if actions:
        changed = replace(changed, actions=deeds.checked(call, actions, _listener(call, rule).protocol))
    if transforms or reset_transforms:
        changed = replace(changed, transforms=rewrites.checked(transforms or ()))
    keep(call, changed)
    return {"Rules": [shown(changed)]}


@operation("DeleteRule", on=a_rule)
def delete_rule(call: Call, rule: Rule) -> None:
    if rule.priority is None:
        raise OperationNotPermittedException(f"Default rule '{rule.arn}' cannot be deleted")
    call.store.delete(rule)


@dataclass(frozen=True)
class PrioritiesResolver(Several):
    """The rules that are given priorities."""

    member: str = "RulePriorities"
    of: str = "RuleArn"


@operation("SetRulePriorities", on=PrioritiesResolver(), decide=on_each)
def set_rule_priorities(call: Call, rules: list[Resource], rule_priorities: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = [(each.record, pair.get("Priority")) for each, pair in zip(rules, rule_priorities, strict=True)]
    _require_orderly(wanted)
    changed = [replace(rule, priority=priority) for rule, priority in wanted]
    moved = {rule.id for rule in changed}
    listener = _listener(call, changed[0])
    taken = {each.priority for each in call.store.list(Rule, prefix=f"{listener.id}/") if each.id not in moved}
    for rule in changed:
        if rule.priority in taken:
            raise PriorityInUseException(f"Priority '{rule.priority}' is currently in use")
        call.store.put(rule)
    call.store.put(listener)
    return {"Rules": [shown(each) for each in changed]}


def _require_orderly(wanted: list[tuple[Rule, int | None]]) -> None:
    for rule, priority in wanted:
        if rule.priority is None:
            raise OperationNotPermittedException(f"Default rule '{rule.arn}' cannot be given a priority")
        if priority is None:
            raise ValidationException(f"A priority must be specified for the rule '{rule.arn}'")
    if len({rule.id for rule, _ in wanted}) != len(wanted):
        raise ValidationException("Each rule can be specified once")
    if len({rule.listener for rule, _ in wanted}) != 1:
        raise ValidationException("All rules must be of the same listener")
    priorities = [priority for _, priority in wanted]
    twice = next((each for each in priorities if priorities.count(each) > 1), None)
    if twice is not None:
        raise PriorityInUseException(f"Priority '{twice}' is specified more than once")


def keep(call: Call, rule: Rule) -> None:
    """Put a rule whose target groups are this load balancer's alone, and not too many."""
    for arn in rule.target_groups:
        users = call.store.list(Rule, index="target_group", value=arn)
        if any(each.load_balancer_arn != rule.load_balancer_arn for each in users):
            raise TargetGroupAssociationLimitException(
                f"The following target groups cannot be associated with more than one load balancer: {arn}"
            )
    call.store.put(rule)
    groups = groups_of(call, rule.load_balancer_arn)
    require_few(call, groups)
    if len(groups) > GROUPS_OF_LOAD_BALANCER:
        raise TooManyUniqueTargetGroupsPerLoadBalancerException(
            f"The maximum number of target groups for a load balancer, '{GROUPS_OF_LOAD_BALANCER}', has been reached"
        )


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """By priority, the default one last."""
    return sorted(rules, key=lambda rule: (rule.priority is None, rule.priority or 0))


def shown(rule: Rule) -> dict[str, Any]:
    """The model's ``Rule``."""
    return {
        "RuleArn": rule.arn,
        "Priority": DEFAULT if rule.priority is None else str(rule.priority),
        "Conditions": list(rule.conditions),
        "Actions": list(rule.actions),
        "IsDefault": rule.priority is None,
        "Transforms": list(rule.transforms),
    }


def _listener(call: Call, rule: Rule) -> Listener:
    return call.store.get(Listener, rule.listener)
