"""Why a web ACL, a rule or a set is not one, in the words of AWS WAF's exceptions."""

from collections.abc import Iterable, Mapping
from typing import Any


class Refusal(Exception):
    """What all of them are; `name` is AWS's exception."""

    name = ""


class InvalidParameter(Refusal):
    """`WAFInvalidParameterException`, with its three members."""

    name = "WAFInvalidParameterException"

    def __init__(self, field: str, parameter: str, reason: str) -> None:
        super().__init__(f"Error reason: {reason}, field: {field}, parameter: {parameter}")
        self.field, self.parameter, self.reason = field, parameter, reason


class LimitExceeded(Refusal):
    """`WAFLimitsExceededException`."""

    name = "WAFLimitsExceededException"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "AWS WAF couldn’t perform the operation because you exceeded your resource limit. For example, "
            "the maximum number of WebACL objects that you can create for an AWS account."
        )


class Nonexistent(Refusal):
    """`WAFNonexistentItemException`: a rule names what is not there."""

    name = "WAFNonexistentItemException"

    def __init__(self) -> None:
        super().__init__("AWS WAF couldn’t perform the operation because your resource doesn’t exist.")


NONE_OR_MULTIPLE = "You have used none or multiple values for a field that requires exactly one value."


def one_of(spec: Mapping[str, Any] | None, names: Iterable[str], field: str, parameter: str) -> str:
    """The one of `names` that `spec` has. Raises InvalidParameter where it has none, or several, or others."""
    given = [name for name, value in (spec or {}).items() if value is not None]
    if len(given) != 1 or given[0] not in names:
        raise InvalidParameter(field, parameter, NONE_OR_MULTIPLE)
    return given[0]
