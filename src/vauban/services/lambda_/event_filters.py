"""Which messages a function is given: filter criteria.

Source: Lambda Developer Guide, "Control which events Lambda sends to your function".
"""

import json
from collections.abc import Mapping
from typing import Any

from vauban.patterns import InvalidPattern, compiled
from vauban.services.lambda_.errors import InvalidParameterValueException

MOST = 5


def filters_of(criteria: Mapping[str, Any]) -> tuple[str, ...]:
    """The patterns of ``FilterCriteria``. Raises InvalidParameterValueException."""
    patterns = tuple(each["Pattern"] for each in criteria.get("Filters") or () if each.get("Pattern"))
    if len(patterns) > MOST:
        raise InvalidParameterValueException(f"FilterCriteria can have at most {MOST} filters.")
    for each in patterns:
        try:
            compiled(each)
        except InvalidPattern as error:
            raise InvalidParameterValueException(f"Invalid filter pattern definition. {error}") from None
    return patterns


def wants(filters: tuple[str, ...], message: Mapping[str, Any]) -> bool:
    """Whether a message, as functions are given it, fits one of the filters; without any, all do."""
    return not filters or any(_fits(each, message) for each in filters)


def _fits(pattern: str, message: Mapping[str, Any]) -> bool:
    """What asks for fields of the body asks for a body of JSON; what asks for a text, for any other."""
    asked = json.loads(pattern).get("body")
    if asked is None:
        return compiled(pattern).matches(message)
    body = _parsed(message["body"])
    if isinstance(asked, Mapping) != isinstance(body, Mapping):
        return False
    return compiled(pattern).matches({**message, "body": body if isinstance(asked, Mapping) else message["body"]})


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
