"""And, Or, Not."""

from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter
from vauban.engines.waf.scopes import References, Scope
from vauban.engines.waf.statements import Spec, Test, capacity, compiled, statement

_TOO_FEW = (
    "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity setting "
    "that's too low and an OR statement with only one statement."
)


def _sum(spec: Spec, references: References) -> int:
    return sum(capacity(nested, references) for nested in spec["Statements"])


@statement("AndStatement", capacity=_sum, field="AND_STATEMENT")
def both(spec: Spec, scope: Scope) -> Test:
    tests = _several(spec, scope, "AND_STATEMENT")

    def test(reading: Reading) -> bool:
        told = len(reading.details)
        for nested in tests:
            if not nested(reading):
                del reading.details[told:]
                return False
        return True

    return test


@statement("OrStatement", capacity=_sum, field="OR_STATEMENT")
def either(spec: Spec, scope: Scope) -> Test:
    tests = _several(spec, scope, "OR_STATEMENT")

    def test(reading: Reading) -> bool:
        return any(nested(reading) for nested in tests)

    return test


@statement(
    "NotStatement",
    capacity=lambda spec, references: capacity(spec["Statement"], references),
    field="NOT_STATEMENT",
)
def neither(spec: Spec, scope: Scope) -> Test:
    nested = compiled(spec["Statement"], scope.within())

    def test(reading: Reading) -> bool:
        told = len(reading.details)
        matches = nested(reading)
        del reading.details[told:]
        return not matches

    return test


def _several(spec: Spec, scope: Scope, field: str) -> list[Test]:
    if len(spec["Statements"]) < 2:
        raise InvalidParameter(field, "Statements", _TOO_FEW)
    return [compiled(nested, scope.within()) for nested in spec["Statements"]]
