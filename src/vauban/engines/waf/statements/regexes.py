"""RegexMatch and RegexPatternSetReference: patterns in a field."""

from collections.abc import Sequence

from vauban.engines.waf.patterns import Expression, regex
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import Spec, Test, inspecting, statement
from vauban.engines.waf.views import View


@statement("RegexMatchStatement", capacity=inspecting(3))
def regex_match(spec: Spec, scope: Scope) -> Test:
    return expecting(scope.view(spec), [regex(spec["RegexString"])], "REGEX")


@statement("RegexPatternSetReferenceStatement", capacity=inspecting(25), field="REGEX_PATTERN_REFERENCE_STATEMENT")
def regex_pattern_set(spec: Spec, scope: Scope) -> Test:
    named = scope.reference(spec["ARN"], "RegularExpressionList", "REGEX_PATTERN_REFERENCE_STATEMENT")
    patterns = [regex(entry["RegexString"]) for entry in named["RegularExpressionList"]]
    return expecting(scope.view(spec), patterns, "REGEX")


def expecting(view: View, expressions: Sequence[Expression], condition: str, length: int = 0) -> Test:
    """Whether one of the expressions matches one of the values; `length` is that of what is matched, where known."""
    numbers = [view.expect(expression) for expression in expressions]

    def test(reading: Reading) -> bool:
        hits = view.hits(reading)
        if not hits:
            return False
        if hits is True:
            return True
        number = next((number for number in numbers if number in hits), None)
        if number is None:
            return False
        index, end = hits[number]
        view.tell(reading, condition, index, view.excerpt(reading, index, end - length if length else 0, end))
        return True

    return test
