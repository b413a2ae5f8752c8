"""How functions are named: by name, by ARN, by half an ARN, each with a qualifier or without."""

import re
from typing import NamedTuple

from vauban.kernel.errors import ValidationException
from vauban.services.lambda_.errors import InvalidParameterValueException

_FUNCTION = re.compile(
    r"(?:(?:arn:aws[a-z-]*:lambda:([a-z]{2}(?:-[a-z]+)+-\d):)?(\d{12}):)?(?:function:)?"
    r"([a-zA-Z0-9_-]{1,64})(?::(\$LATEST|[a-zA-Z0-9_-]{1,128}))?"
)


class Named(NamedTuple):
    region: str
    account: str
    name: str
    qualifier: str


def parse(text: str, qualifier: str = "") -> Named:
    """What names a function, with the qualifier that is in it or beside it. Both may be there if they agree.

    Raises ValidationException or InvalidParameterValueException.
    """
    match = _FUNCTION.fullmatch(text)
    if match is None:
        raise ValidationException(
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?"
            "(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
        )
    region, account, name, within = match.groups(default="")
    if within and qualifier and within != qualifier:
        raise InvalidParameterValueException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Named(region, account, name, within or qualifier)
