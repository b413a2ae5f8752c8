"""Rules as trees of statements: what they name, and which labels they add and ask for."""

from collections.abc import Iterable, Iterator
from typing import Any

Statement = dict[str, Any]
Rule = dict[str, Any]
NAMING = {
    "IPSetReferenceStatement": "ipset",
    "RegexPatternSetReferenceStatement": "regexpatternset",
    "RuleGroupReferenceStatement": "rulegroup",
}
"""Statements that name something by its ARN, and what."""


def statements_of(rules: Iterable[Rule]) -> Iterator[tuple[str, Statement]]:
    """Every statement of the rules, however deep, by its type: ``("ByteMatchStatement", {…})``."""
    for rule in rules:
        yield from _within(rule["Statement"])


def references_of(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """What the rules name: the type of statement, and the ARN."""
    for kind, statement in statements_of(rules):
        if kind in NAMING:
            yield kind, statement["ARN"]


def available_labels(rules: Iterable[Rule], namespace: str) -> list[dict[str, str]]:
    """``LabelSummaries`` of what the rules add to requests that they match."""
    added = (label["Name"] for rule in rules for label in rule.get("RuleLabels", ()))
    return [{"Name": f"{namespace}{name}"} for name in dict.fromkeys(added)]


def consumed_labels(rules: Iterable[Rule], namespace: str) -> list[dict[str, str]]:
    """``LabelSummaries`` of what the rules look for; what names no prefix is of their own context."""
    asked = (each["Key"] for kind, each in statements_of(rules) if kind == "LabelMatchStatement")
    return [{"Name": key if key.startswith("awswaf:") else f"{namespace}{key}"} for key in dict.fromkeys(asked)]


def _within(statement: Statement) -> Iterator[tuple[str, Statement]]:
    for kind, content in statement.items():
        yield kind, content
        for nested in (content.get("Statement"), content.get("ScopeDownStatement"), *content.get("Statements", ())):
            if nested:
                yield from _within(nested)
