"""What the edge inspects: the web ACLs that protect something, with all that their rules name."""

from collections import defaultdict
from typing import Any

from vauban.kernel.traffic import Every, Inspection, Snapshot, shapes_traffic
from vauban.services.wafv2.resources import (
    Association,
    Entity,
    IPSet,
    LoggingConfiguration,
    RegexPatternSet,
    RuleGroup,
    TokenKey,
    WebACL,
)
from vauban.services.wafv2.statements import Rule, references_of


@shapes_traffic(WebACL, RuleGroup, IPSet, RegexPatternSet, Association, LoggingConfiguration, TokenKey)
def inspections(every: Every) -> Snapshot:
    """An Inspection for each web ACL that is associated with something."""
    protected: dict[str, list[str]] = defaultdict(list)
    for each in every(Association):
        protected[each.web_acl_arn].append(each.resource_arn)
    named = {each.arn: each for kind in (RuleGroup, IPSet, RegexPatternSet) for each in every(kind)}
    logging = {each.web_acl_arn: each.settings for each in every(LoggingConfiguration)}
    keys = {(each.account, each.region): each.key for each in every(TokenKey)}
    return Snapshot(
        inspections=tuple(
            Inspection(
                web_acl.arn,
                tuple(protected[web_acl.arn]),
                {**web_acl.shape, "Rules": [_settled(rule, named) for rule in web_acl.rules]},
                _references(web_acl.rules, named),
                logging.get(web_acl.arn),
                (keys[web_acl.account, web_acl.region],),
            )
            for web_acl in every(WebACL)
            if web_acl.arn in protected
        )
    )


def _settled(rule: Rule, named: dict[str, Entity]) -> Rule:
    """A rule without overrides of what its rule group has no more: its owner may have taken them out since."""
    statement = rule["Statement"].get("RuleGroupReferenceStatement")
    if statement is None:
        return rule
    there = {each["Name"] for each in named[statement["ARN"]].rules}
    kept = {
        member: [each for each in statement.get(member, ()) if each["Name"] in there]
        for member in ("ExcludedRules", "RuleActionOverrides")
    }
    return {**rule, "Statement": {"RuleGroupReferenceStatement": {**statement, **kept}}}


def _references(rules: list[Rule], named: dict[str, Entity]) -> dict[str, dict[str, Any]]:
    """What the rules name, and what the rules of rule groups among that name in turn, in the model's words."""
    found: dict[str, dict[str, Any]] = {}
    for _, arn in references_of(rules):
        entity = named[arn]
        found[arn] = entity.shape
        if isinstance(entity, RuleGroup):
            found |= _references(entity.rules, named)
    return found
