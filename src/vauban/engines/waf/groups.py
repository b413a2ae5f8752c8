"""Rule groups in web ACLs: their rules, run where the web ACL names them, and what becomes of their result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from vauban.engines.waf.actions import Action, Bodies, action, bodies
from vauban.engines.waf.labels import namespace
from vauban.engines.waf.readings import DoesNotApply, Reading
from vauban.engines.waf.refusals import NONE_OR_MULTIPLE, InvalidParameter, one_of
from vauban.engines.waf.rules import (
    GROUPS,
    Ending,
    Rule,
    Run,
    evaluate,
    ordered,
    overridden,
    require_rates,
    rule,
    runs,
    told,
)
from vauban.engines.waf.scopes import References, Scope
from vauban.engines.waf.statements import BAD_REFERENCE, Spec, Test, capacity, compiled, statement
from vauban.engines.waf.tokens import Tokens
from vauban.engines.waf.verdicts import GroupMatch, Match

_MOST_RATES = 4


@dataclass(frozen=True)
class Group:
    """A rule of a web ACL that refers to a group."""

    name: str
    kind: str
    """As logs have it: `GROUP` or `MANAGED_RULE_GROUP`."""
    runs: list[Run]
    only: Test | None
    """The scope-down statement: whether the group is asked at all."""
    counts: bool
    """Whether the group's result is overridden to Count."""
    match: Match
    told: GroupMatch

    def evaluate(self, reading: Reading, tokens: Tokens) -> tuple[GroupMatch | None, Ending | None]:
        """What matched in the group, if anything did, and what ends the request."""
        if self.only is not None and not self._asked(self.only, reading):
            return None, None
        counted: list[Match] = []
        ending = evaluate(self.runs, reading, tokens, counted)
        if ending is None and not counted:
            return None, None
        found = structs.replace(
            self.told, terminating=ending.match if ending else None, non_terminating=tuple(counted), counted=self.counts
        )
        return found, None if self.counts else ending

    @staticmethod
    def _asked(only: Test, reading: Reading) -> bool:
        try:
            return only(reading)
        except DoesNotApply:
            return False


def group(spec: Spec, scope: Scope, own: Bodies, settings: Spec) -> Group:
    """A rule that refers to a group, owned or managed. Raises Refusal."""
    _require_overriding(spec)
    (kind,) = spec["Statement"]
    content = spec["Statement"][kind]
    named, key, name = _named(kind, content, scope)
    inner = replace(scope.inside(spec["Name"], namespace(named, "rulegroup")), named=[])
    rules = _rules(named, inner, content, own, settings, managed=kind != GROUPS[0])
    below = content.get("ScopeDownStatement")
    match = told(spec)
    return Group(
        spec["Name"],
        "GROUP" if kind == GROUPS[0] else "MANAGED_RULE_GROUP",
        runs(rules),
        compiled(below, scope.within()) if below else None,
        one_of(spec["OverrideAction"], ("Count", "None"), "OVERRIDE_ACTION", "OverrideAction") == "Count",
        structs.replace(match, action="COUNT"),
        GroupMatch(spec["Name"], match.metric, key, name, version=content.get("Version", "")),
    )


def rules_of(named: Spec, scope: Scope, settings: Spec) -> list[tuple[Spec, Rule]]:
    """The rules of a RuleGroup, in order, each with its specification; `settings` are its web ACL's. Raises Refusal."""
    specs = ordered(named.get("Rules") or ())
    require_rates(specs, _MOST_RATES)
    own = bodies(named.get("CustomResponseBodies"))
    return [(spec, rule(spec, scope, own, settings)) for spec in specs]


def managed_key(content: Spec) -> str:
    """By which references have a managed group: `AWS#AWSManagedRulesCommonRuleSet`."""
    return f"{content['VendorName']}#{content['Name']}"


def _require_overriding(spec: Spec) -> None:
    if len(spec["Statement"]) != 1:
        raise InvalidParameter("STATEMENT", "Statement", NONE_OR_MULTIPLE)
    if spec.get("Action"):
        raise InvalidParameter("RULE", "Statement", BAD_REFERENCE)
    if not spec.get("OverrideAction"):
        raise InvalidParameter("RULE", "Rule", NONE_OR_MULTIPLE)
    if spec.get("RuleLabels"):
        raise InvalidParameter("RULE", "RuleLabels", BAD_REFERENCE)


def _named(kind: str, content: Spec, scope: Scope) -> tuple[Spec, str, str]:
    """The group, what logs call it, and what sampled requests call it."""
    if kind == GROUPS[0]:
        owned = scope.reference(content["ARN"], "Capacity", "RULE_GROUP_REFERENCE_STATEMENT")
        return owned, content["ARN"], owned.get("Name", "")
    key = managed_key(content)
    version = f"{key}#{content['Version']}" if content.get("Version") else key
    found = scope.references.get(version) or scope.references.get(key)
    if found is None or "Rules" not in found:
        raise InvalidParameter("MANAGED_RULE_SET_STATEMENT", key, BAD_REFERENCE)
    return found, key, key


def _rules(named: Spec, scope: Scope, content: Spec, own: Bodies, settings: Spec, *, managed: bool) -> tuple[Rule, ...]:
    rules = rules_of(named, scope, settings)
    chosen = _chosen(content, own)
    unknown = chosen.keys() - {spec["Name"] for spec, _ in rules}
    if unknown and not managed:
        raise InvalidParameter("EXCLUDED_RULE", min(unknown), BAD_REFERENCE)
    return tuple(
        overridden(each, spec, chosen[each.name], settings) if each.name in chosen else each for spec, each in rules
    )


def _chosen(content: Spec, own: Bodies) -> Mapping[str, Action | None]:
    """The actions that a web ACL sets for rules of a group, by their names; None for those that it excludes."""
    chosen: dict[str, Action | None] = {excluded["Name"]: None for excluded in content.get("ExcludedRules") or ()}
    overrides: Sequence[Any] = content.get("RuleActionOverrides") or ()
    for override in overrides:
        if override["Name"] in chosen:
            raise InvalidParameter("RULE_ACTION", override["Name"], NONE_OR_MULTIPLE)
        chosen[override["Name"]] = action(override["ActionToUse"], own)
    return chosen


def _capacity_of_own(spec: Spec, references: References) -> int:
    return references[spec["ARN"]]["Capacity"] if spec["ARN"] in references else 0


def _capacity_of_managed(spec: Spec, references: References) -> int:
    below = spec.get("ScopeDownStatement")
    named = references.get(managed_key(spec)) or {}
    return named.get("Capacity", 0) + (capacity(below, references) if below else 0)


@statement(GROUPS[0], capacity=_capacity_of_own, field="RULE_GROUP_REFERENCE_STATEMENT", nests=False)
@statement(GROUPS[1], capacity=_capacity_of_managed, field="MANAGED_RULE_SET_STATEMENT", nests=False)
def within_a_rule(spec: Spec, scope: Scope) -> Test:
    """Groups are named by rules of web ACLs, and by nothing else."""
    raise InvalidParameter("RULE", "Statement", BAD_REFERENCE)
