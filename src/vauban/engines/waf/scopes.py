"""Where a statement is compiled: what it may name, what its labels are in, what is shared with its neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vauban.engines.waf import fields
from vauban.engines.waf.rates import Rule
from vauban.engines.waf.refusals import InvalidParameter, LimitExceeded, Nonexistent
from vauban.engines.waf.views import View, Views

References = Mapping[str, Mapping[str, Any]]
"""ARN → `IPSet`, `RegexPatternSet`, `RuleGroup`, in the API's shapes."""

MOST_TRANSFORMATIONS = 10
MOST_REFERENCES = 50
"""To sets and groups, of a web ACL or a rule group."""


@dataclass(frozen=True)
class Scope:
    references: References
    views: Views
    namespace: str = ""
    """The prefix of labels here."""
    acl: str = ""
    """The web ACL's ARN."""
    path: str = ""
    """The names that lead to the rule: `rule`, or `group's rule/rule`."""
    rates: dict[str, Rule] = field(default_factory=dict)
    """The rate-based rules found so far, by their paths."""
    named: list[str] = field(default_factory=list)
    """What was referred to so far, by ARN, as often as it was."""
    nested: bool = False
    """Whether it is within another statement."""

    def inside(self, name: str, namespace: str | None = None) -> "Scope":
        """Of a rule, or of the rules of a group."""
        path = f"{self.path}/{name}" if self.path else name
        return replace(self, path=path, namespace=self.namespace if namespace is None else namespace)

    def within(self) -> "Scope":
        return self if self.nested else replace(self, nested=True)

    def view(self, spec: Mapping[str, Any]) -> View:
        """What a statement that has FieldToMatch and TextTransformations looks at."""
        before = spec.get("PreParseTextTransformations") or ()
        in_order(before, "PRE_PARSE_TEXT_TRANSFORMATION")
        chain = [step["Type"] for step in in_order(spec["TextTransformations"], "TEXT_TRANSFORMATION")]
        return self.views.view(fields.field(spec["FieldToMatch"], before), [name for name in chain if name != "NONE"])

    def reference(self, arn: str, member: str, field: str) -> Mapping[str, Any]:
        """What an ARN names, which must have `member`. Raises Nonexistent, InvalidParameter, LimitExceeded."""
        self.named.append(arn)
        if len(self.named) > MOST_REFERENCES:
            raise LimitExceeded
        found = self.references.get(arn)
        if found is None:
            raise Nonexistent
        if member not in found:
            raise InvalidParameter(field, arn, "A reference in your rule statement is not valid.")
        return found


def in_order(steps: Sequence[Mapping[str, Any]], field: str) -> list[Mapping[str, Any]]:
    """Transformations by priority. Raises InvalidParameter where two have the same, LimitExceeded where there are more
    than ten."""
    if len(steps) > MOST_TRANSFORMATIONS:
        raise LimitExceeded
    if len({step["Priority"] for step in steps}) < len(steps):
        raise InvalidParameter(field, "Priority", "The priorities must all be different.")
    return sorted(steps, key=lambda step: step["Priority"])
