"""ByteMatch: a string in a field."""

import re
from collections.abc import Callable

from vauban.engines.waf.patterns import literal, word
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import Spec, Test, inspecting, statement
from vauban.engines.waf.statements.regexes import Expecting
from vauban.engines.waf.views import View

_LONGEST = 200
_WORD = re.compile(rb"[A-Za-z0-9_]+")
_CONDITION = "BYTE_MATCH"


def _base(spec: Spec) -> int:
    return 10 if spec["PositionalConstraint"] in ("CONTAINS", "CONTAINS_WORD") else 2


@statement("ByteMatchStatement", capacity=inspecting(_base), field="BYTE_MATCH_STATEMENT")
def byte_match(spec: Spec, scope: Scope) -> Test:
    text = _searched(spec)
    view = scope.view(spec)
    match spec["PositionalConstraint"]:
        case "CONTAINS":
            return Expecting(view, [literal(text)], _CONDITION, len(text))
        case "CONTAINS_WORD":
            return Expecting(view, [word(text)], _CONDITION, len(text))
        case "EXACTLY":
            return _comparing(view, text, text.__eq__)
        case "STARTS_WITH":
            return _comparing(view, text, lambda value: value.startswith(text))
        case _:
            return _comparing(view, text, lambda value: value.endswith(text))


def _searched(spec: Spec) -> bytes:
    text = spec["SearchString"]
    text = text.encode() if isinstance(text, str) else bytes(text)
    if not 0 < len(text) <= _LONGEST or (spec["PositionalConstraint"] == "CONTAINS_WORD" and not _WORD.fullmatch(text)):
        raise InvalidParameter(
            "BYTE_MATCH_STATEMENT", "SearchString", "The parameter contains formatting that is not valid."
        )
    return text


def _comparing(view: View, text: bytes, matches: Callable[[bytes], bool]) -> Test:
    told = (text.decode("utf-8", "replace"),)

    def test(reading: Reading) -> bool:
        values = view.values(reading)
        if isinstance(values, bool):
            return values
        for index, value in enumerate(values):
            if matches(value):
                view.tell(reading, _CONDITION, index, told)
                return True
        return False

    return test
