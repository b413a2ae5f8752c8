"""What IAM says of names and paths that it cannot take, where others name the pattern."""

import re

from vauban.kernel.errors import AwsError, ValidationException

_FAILED = re.compile(
    r"1 validation error detected: Value '.*' at '(\w+)' failed to satisfy constraint: "
    r"Member must satisfy regular expression pattern: (.+)",
    re.DOTALL,
)
_EXPECTED = {
    r"[\w+=,.@-]+": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": (
        "It must begin and end with / and contain only alphanumeric characters and/or / characters."
    ),
}


def in_words(error: ValidationException) -> AwsError:
    """The error as IAM tells it."""
    failed = _FAILED.fullmatch(error.message)
    if failed is None or failed[2] not in _EXPECTED:
        return error
    return ValidationException(f"The specified value for {failed[1]} is invalid. {_EXPECTED[failed[2]]}")
