"""Rules: which events of a bus, or when by the clock."""

import re
from datetime import datetime
from typing import Any

from vauban.aws import schedules
from vauban.kernel.arns import parts_of
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.patterns import InvalidPattern, compiled
from vauban.services.events.audiences import listen
from vauban.services.events.errors import InvalidEventPatternException, managed, too_many
from vauban.services.events.lists import page
from vauban.services.events.resolvers import Draft, RuleResolver, a_bus, a_rule
from vauban.services.events.resources import DEFAULT, DISABLED, EventBus, Rule
from vauban.services.events.tags import tagged

MAXIMUM = 300
"""On a bus."""
_RATE = re.compile(r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)\Z", re.ASCII)


def may_pass_role(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Putting the rule, its tags, and handing over its role: the first denial, else the last."""
    decision = evaluate("events:PutRule", resources[0])
    if decision.allowed and call.params.get("Tags"):
        decision = evaluate("events:TagResource", resources[0])
    if decision.allowed and call.params.get("RoleArn"):
        decision = evaluate("iam:PassRole", passed_role(call.params["RoleArn"]))
    return decision


@operation("PutRule", on=RuleResolver(draft=True), decide=may_pass_role)
def put_rule(
    call: Call,
    draft: Draft,
    schedule_expression: str = "",
    event_pattern: str = "",
    state: str = "ENABLED",
    description: str = "",
    role_arn: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """What is not said about a rule that is there is forgotten, but for its targets and tags."""
    if not schedule_expression and not event_pattern:
        raise ValidationException("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if event_pattern:
        require_pattern(event_pattern)
    if schedule_expression:
        _require_schedule(schedule_expression, draft.bus)
    if draft.existing is not None:
        require_own(draft.existing)
    rule = draft.existing or _new(call, draft, tagged({}, tags or ()))
    rule = replace(
        rule,
        pattern=event_pattern,
        schedule=schedule_expression,
        state=state,
        description=description,
        role_arn=role_arn,
    )
    call.store.put(replace(rule, next_at=_first(rule, call.now)))
    listen(call, rule.bus)
    return {"RuleArn": rule.arn}


@operation("DescribeRule", on=a_rule)
def describe_rule(call: Call, rule: Rule) -> dict[str, Any]:
    return {**_shown(rule), "CreatedBy": rule.created_by}


@operation("EnableRule", on=a_rule)
def enable_rule(call: Call, rule: Rule) -> None:
    require_own(rule)
    if rule.state == DISABLED:
        enabled = replace(rule, state="ENABLED")
        call.store.put(replace(enabled, next_at=_first(enabled, call.now)))
        listen(call, rule.bus)


@operation("DisableRule", on=a_rule)
def disable_rule(call: Call, rule: Rule) -> None:
    require_own(rule)
    call.store.put(replace(rule, state=DISABLED, next_at=None))
    listen(call, rule.bus)


@operation("DeleteRule", on=RuleResolver(optional=True))
def delete_rule(call: Call, rule: Rule | None, force: bool = False) -> None:
    """No error where there is no such rule. ``force`` is for rules that a service keeps."""
    if rule is None:
        return
    require_own(rule, force)
    if rule.targets:
        raise ValidationException("Rule can't be deleted since it has targets.")
    call.store.delete(rule)
    listen(call, rule.bus)


@operation("ListRules", on=a_bus)
def list_rules(
    call: Call,
    bus: EventBus,
    name_prefix: str = "",
    next_token: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    rules = call.store.list(Rule, index="bus", value=bus.name)
    entries = [(rule.name, _shown(rule)) for rule in rules if rule.name.startswith(name_prefix)]
    return page(call, "Rules", entries, limit, next_token, of=f"{bus.name} {name_prefix}")


@operation("ListRuleNamesByTarget", on=a_bus)
def list_rule_names_by_target(
    call: Call, bus: EventBus, target_arn: str, next_token: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    rules = call.store.list(Rule, index="target", value=target_arn)
    entries = [(rule.name, rule.name) for rule in rules if rule.bus == bus.name]
    return page(call, "RuleNames", entries, limit, next_token, of=f"{bus.name} {target_arn}")


def passed_role(role_arn: str) -> Resource:
    parts = parts_of(role_arn)
    return Resource(role_arn, "role", parts.account if parts else "")


def require_own(rule: Rule, force: bool = False) -> None:
    """Raises ManagedRuleException for a rule that a service keeps."""
    if rule.managed_by and not force:
        raise managed(rule.name, rule.managed_by)


def require_pattern(text: str) -> None:
    """Raises InvalidEventPatternException."""
    try:
        compiled(text)
    except InvalidPattern as error:
        raise InvalidEventPatternException(f"Event pattern is not valid. Reason: {error}") from None


def _require_schedule(expression: str, bus: str) -> None:
    if bus != DEFAULT:
        raise ValidationException("ScheduleExpression is supported only on the default event bus.")
    try:
        schedule = schedules.parse(expression)
    except ValueError:
        raise ValidationException("Parameter ScheduleExpression is not valid.") from None
    if isinstance(schedule, schedules.Rate) and not _RATE.match(expression):
        raise ValidationException("Parameter ScheduleExpression is not valid.")


def _new(call: Call, draft: Draft, tags: dict[str, str]) -> Rule:
    if len(call.store.list(Rule, index="bus", value=draft.bus)) >= MAXIMUM:
        raise too_many()
    return Rule(draft.name, draft.bus, call.account, call.region, call.principal.account or call.account, tags=tags)


def _first(rule: Rule, now: datetime) -> datetime | None:
    """When the rule's schedule fires first from now on."""
    if not rule.schedule or rule.state == DISABLED:
        return None
    return schedules.parse(rule.schedule).next_after(now)


def _shown(rule: Rule) -> dict[str, Any]:
    told = {
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern,
        "State": rule.state,
        "Description": rule.description,
        "ScheduleExpression": rule.schedule,
        "RoleArn": rule.role_arn,
        "ManagedBy": rule.managed_by,
        "EventBusName": rule.bus,
    }
    return {name: value for name, value in told.items() if value}
