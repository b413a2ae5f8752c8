"""Names and ARNs of secrets, taken apart."""

import re
from typing import NamedTuple

from vauban.kernel.errors import ValidationException

NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}\Z")
SUFFIX = re.compile(r"(?P<name>.+)-(?P<suffix>[A-Za-z0-9]{6})\Z")
_ARN = re.compile(r"arn:[a-z-]+:secretsmanager:([a-z0-9-]*):(\d{12}):secret:(.+)\Z", re.ASCII)
SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Identifier(NamedTuple):
    region: str
    """Empty where it is a name."""
    account: str
    text: str
    """A name; of an ARN, a name that may be followed by the suffix."""


def parse(text: str) -> Identifier:
    """A name, an ARN, or an ARN without its suffix. Raises ValidationException for what can be none."""
    found = _ARN.match(text)
    identifier = Identifier(*found.groups()) if found else Identifier("", "", text)
    require_name(identifier.text)
    return identifier


def require_name(name: str) -> None:
    if NAME.match(name) is None:
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )


def split_suffix(text: str) -> tuple[str, str]:
    """The name and the suffix of the end of a whole ARN; of anything else, itself and nothing."""
    found = SUFFIX.match(text)
    return (found["name"], found["suffix"]) if found else (text, "")


def suffix(random: bytes) -> str:
    """The six characters that end an ARN, of as many random bytes."""
    return "".join(SUFFIX_LETTERS[byte % len(SUFFIX_LETTERS)] for byte in random)
