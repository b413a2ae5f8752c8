"""SizeConstraint: how long a field is, in bytes, after its transformations; of a body, what is not inspected counts."""

import operator

from vauban.engines.waf.readings import Reading
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import Spec, Test, inspecting, statement

_OPERATORS = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "LE": operator.le,
    "LT": operator.lt,
    "GE": operator.ge,
    "GT": operator.gt,
}


@statement("SizeConstraintStatement", capacity=inspecting(1), field="SIZE_CONSTRAINT_STATEMENT")
def size_constraint(spec: Spec, scope: Scope) -> Test:
    view, size = scope.view(spec), spec["Size"]
    body = view.field.location == "BODY"
    compares = _OPERATORS[spec["ComparisonOperator"]]

    def test(reading: Reading) -> bool:
        values = view.values(reading)
        if isinstance(values, bool):
            return values
        beyond = reading.beyond if body else 0
        for index, value in enumerate(values):
            if compares(len(value) + beyond, size):
                view.tell(reading, "SIZE", index, (str(len(value) + beyond),))
                return True
        return False

    return test
