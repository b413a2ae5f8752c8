"""What a parameter's value may be."""

import re
from functools import lru_cache

from vauban.aws.patterns import Pattern
from vauban.aws.regexes import UnsupportedPattern
from vauban.kernel.errors import ValidationException
from vauban.services.ssm.errors import InvalidAllowedPatternException, ParameterPatternMismatchException

NESTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def require_value(value: str, allowed_pattern: str) -> None:
    """Raises what stands against a value, whatever its type."""
    if not value:
        raise ValidationException(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1."
        )
    if "{{" in value and NESTED.search(value):
        raise ValidationException('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')
    if allowed_pattern and not _compiled(allowed_pattern).matches(value):
        raise ParameterPatternMismatchException(
            f"Parameter value, cannot be validated based on allowedPattern: {allowed_pattern}"
        )


@lru_cache(maxsize=1024)
def _compiled(allowed_pattern: str) -> Pattern:
    """Matched in linear time, for the pattern and the value are the caller's."""
    try:
        return Pattern(allowed_pattern)
    except UnsupportedPattern:
        raise InvalidAllowedPatternException(
            f"The request doesn't meet the regular expression requirement: {allowed_pattern}"
        ) from None
