"""RegexMatch and RegexPatternSetReference: patterns in a field."""

from collections.abc import Sequence

from vauban.engines.waf.patterns import Expression, regex
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import Spec, Test, inspecting, statement
from vauban.engines.waf.views import View


@statement("RegexMatchStatement", capacity=inspecting(3))
def regex_match(spec: Spec, scope: Scope) -> Test:
    return Expecting(scope.view(spec), [regex(spec["RegexString"])], "REGEX")


@statement("RegexPatternSetReferenceStatement", capacity=inspecting(25), field="REGEX_PATTERN_REFERENCE_STATEMENT")
def regex_pattern_set(spec: Spec, scope: Scope) -> Test:
    named = scope.reference(spec["ARN"], "RegularExpressionList", "REGEX_PATTERN_REFERENCE_STATEMENT")
    patterns = [regex(entry["RegexString"]) for entry in named["RegularExpressionList"]]
    return Expecting(scope.view(spec), patterns, "REGEX")


class Expecting:
    """Whether one of the expressions matches one of the values; `length` is that of what is matched, where known."""

    __slots__ = ("_condition", "_length", "_numbers", "view")

    def __init__(self, view: View, expressions: Sequence[Expression], condition: str, length: int = 0) -> None:
        self.view = view
        self._numbers = [view.expect(expression) for expression in expressions]
        self._condition, self._length = condition, length

    def __call__(self, reading: Reading) -> bool:
        hits = self.view.hits(reading)
        if isinstance(hits, bool):
            return hits
        number = next((number for number in self._numbers if number in hits), None)
        if number is None:
            return False
        index, end = hits[number]
        excerpt = self.view.excerpt(reading, index, end - self._length if self._length else 0, end)
        self.view.tell(reading, self._condition, index, excerpt)
        return True
