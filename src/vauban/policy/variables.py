"""Policy variables: ``${aws:username}``, ``${aws:PrincipalTag/team, 'none'}``, and ``${*}`` ``${?}`` ``${$}``.

A variable's value always stands for itself: a ``*`` within it is a star, not a wildcard.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from vauban.kernel.resources import Context
from vauban.policy.matching import Part, parts
from vauban.policy.values import text


class Value(str):
    """What a variable stood for. Never cut at its colons, so that no value can shift an ARN's segments."""

    __slots__ = ()


class Variable(NamedTuple):
    key: str
    """The condition key it stands for, lower-case."""
    default: str | None


Template = tuple[Part | Variable, ...]

_REFERENCE = re.compile(r"\$\{\s*([^{}']*?)\s*(?:,\s*'([^']*)'\s*)?\}")
_ESCAPED = ("*", "?", "$")


def template(source: str, *, wildcards: bool, variables: bool) -> Template:
    """``source`` understood. Without ``wildcards``, ``*`` and ``?`` stand for themselves."""
    if not variables or "${" not in source:
        return _plain(source, wildcards)
    found: list[Part | Variable] = []
    position = 0
    for reference in _REFERENCE.finditer(source):
        found.extend(_plain(source[position : reference.start()], wildcards))
        found.append(_referred(reference))
        position = reference.end()
    found.extend(_plain(source[position:], wildcards))
    return tuple(found)


def variables_of(source: str) -> list[str]:
    """The condition keys that ``source`` cannot do without, as it spells them."""
    found = _REFERENCE.findall(source) if "${" in source else ()
    return [name for name, default in found if not default and name not in _ESCAPED]


def _plain(source: str, wildcards: bool) -> tuple[Part, ...]:
    return parts(source) if wildcards else (source,)


def _referred(reference: re.Match[str]) -> str | Variable:
    name, default = reference.groups()
    return name if name in _ESCAPED else Variable(name.lower(), default)


def has_variables(parsed: Sequence[object]) -> bool:
    return any(isinstance(part, Variable) for part in parsed)


def expand(parsed: Sequence[Part | Variable], context: Context) -> list[Part] | None:
    """The template with its variables' values in place; None where one is unset and has no default."""
    expanded: list[Part] = []
    for part in parsed:
        if isinstance(part, Variable):
            value = _value(part, context)
            if value is None:
                return None
            expanded.append(Value(value))
        else:
            expanded.append(part)
    return expanded


def _value(variable: Variable, context: Context) -> str | None:
    value = context.get(variable.key)
    found = None if value is None else text(value)
    return variable.default if found is None else found
