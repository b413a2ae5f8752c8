"""The ``Condition`` element, compiled: one closure over the request context.

Within an operator a key's values are alternatives; keys and operators must all hold. Where a key is absent, an
operator fails, a negated one holds, and ``…IfExists`` holds. ``ForAllValues:`` holds over no values at all,
``ForAnyValue:`` does not.

Source: IAM User Guide, "Set operators for multivalued context keys".
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from vauban.kernel.resources import Context
from vauban.policy.matching import Part
from vauban.policy.operators import OPERATORS, Operator, Test
from vauban.policy.values import text
from vauban.policy.variables import Template, expand, has_variables, template

Condition = Callable[[Context], bool]


class Clause(NamedTuple):
    """One key under one operator, as the document has it: ``ForAnyValue:StringLike``, key, values."""

    quantifier: str
    """``forallvalues``, ``foranyvalue`` or ``""``."""
    operator: Operator
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        prefix = {"forallvalues": "ForAllValues:", "foranyvalue": "ForAnyValue:", "": ""}[self.quantifier]
        suffix = "IfExists" if self.if_exists else ""
        return f"{prefix}{self.operator.name}{suffix} {self.key} {' or '.join(self.values) or '(no value)'}"


def parse_operator(name: str) -> tuple[str, Operator, bool] | None:
    """Quantifier, operator and whether ``IfExists`` follows; None where there is no such operator."""
    quantifier, colon, operator = name.lower().rpartition(":")
    if quantifier not in ("", "forallvalues", "foranyvalue") or (colon and not quantifier):
        return None
    if_exists = operator.endswith("ifexists")
    found = OPERATORS.get(operator.removesuffix("ifexists"))
    if found is None or (if_exists and found.name == "Null"):
        return None
    return quantifier, found, if_exists


def compile_clause(clause: Clause, *, variables: bool, allow: bool) -> Condition:
    """The clause as a function of the context. An unset variable never makes a clause of an Allow hold."""
    if clause.operator.name == "Null":
        return _null(clause)
    expanding = variables and clause.operator.variables
    templates = [template(value, wildcards=clause.operator.wildcards, variables=expanding) for value in clause.values]
    if any(has_variables(each) for each in templates):
        return _expanded(clause, templates, allow)
    return _holds(clause, clause.operator.build(templates))


def every(conditions: Sequence[Condition]) -> Condition:
    """All of ``conditions``, which are at least one."""
    if len(conditions) == 1:
        return conditions[0]

    def condition(context: Context) -> bool:
        for each in conditions:  # noqa: SIM110 - half the cost of all() with a generator
            if not each(context):
                return False
        return True

    return condition


def _null(clause: Clause) -> Condition:
    key = clause.key.lower()
    wanted = clause.operator.build([(value,) for value in clause.values])
    return lambda context: wanted(not _many(context.get(key)))


def _expanded(clause: Clause, templates: list[Template], allow: bool) -> Condition:
    """A clause whose values stand on the context: its test is built when asked."""
    unset_fails = clause.operator.negated and allow

    def condition(context: Context) -> bool:
        values = [expand(each, context) for each in templates]
        if unset_fails and None in values:
            return False
        known: list[list[Part]] = [value for value in values if value is not None]
        return _holds(clause, clause.operator.build(known))(context)

    return condition


def _holds(clause: Clause, test: Test) -> Condition:
    key, operator = clause.key.lower(), clause.operator
    if clause.quantifier == "forallvalues":
        return _for_all_values(key, operator, test)
    if clause.quantifier == "foranyvalue":
        return _for_any_value(key, operator, test, clause.if_exists)
    absent = operator.negated or clause.if_exists
    return _text_value(key, operator, test, absent) if operator.read is text else _value(key, operator, test, absent)


def _text_value(key: str, operator: Operator, test: Test, absent: bool) -> Condition:
    """As ``_value``, quicker for what most values are: one string."""
    expected = not operator.negated
    otherwise = _value(key, operator, test, absent)

    def condition(context: Context) -> bool:
        value = context.get(key)
        if value.__class__ is str:
            return test(value) is expected
        return otherwise(context)

    return condition


def _value(key: str, operator: Operator, test: Test, absent: bool) -> Condition:
    read, negated = operator.read, operator.negated

    def condition(context: Context) -> bool:
        values = _many(context.get(key))
        if not values:
            return absent
        return any(_fits(read, test, value) for value in values) is not negated

    return condition


def _for_all_values(key: str, operator: Operator, test: Test) -> Condition:
    read, negated = operator.read, operator.negated

    def condition(context: Context) -> bool:
        return all(_fits(read, test, value) is not negated for value in _many(context.get(key)) if value != "")

    return condition


def _for_any_value(key: str, operator: Operator, test: Test, absent: bool) -> Condition:
    read, negated = operator.read, operator.negated

    def condition(context: Context) -> bool:
        values = [value for value in _many(context.get(key)) if value != ""]
        if not values:
            return absent
        return any(_fits(read, test, value) is not negated for value in values)

    return condition


def _fits(read: Callable[[Any], Any], test: Test, value: Any) -> bool:
    found = read(value)
    return found is not None and test(found)


def _many(value: Any) -> Iterable[Any]:
    """A key's values: none where it is absent."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
