"""Names of parameters: alone, with a selector (``name:3``, ``name:label``), and in ARNs.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

import re
from typing import NamedTuple

from vauban.kernel.arns import PARTITION, arn
from vauban.kernel.errors import AccessDeniedException, ValidationException
from vauban.services.ssm.errors import HierarchyLevelLimitExceededException

NAME = re.compile(r"(?:(?:/[a-zA-Z0-9_.-]+)+|[a-zA-Z0-9_.-]+)\Z")
PATH = re.compile(r"(?:/[a-zA-Z0-9_.-]+)*/?\Z")
UNQUALIFIED = re.compile(r"[a-zA-Z0-9_.-]+(?:/[a-zA-Z0-9_.-]+)+\Z")
RESERVED = re.compile(r"/?(?:aws|ssm)", re.IGNORECASE)
DEEPEST = 15
LONGEST = 1011
"""Characters of a parameter's ARN."""

ALPHABET = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 "
    "symbols .-_"
)
REQUIREMENTS = (
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "
    '"/". It can\'t be prefixed with \\"aws\\" or \\"ssm\\" (case-insensitive). It must use only letters, numbers, or '
    "the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All "
    'sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.'
)


class Named(NamedTuple):
    """What a request's text names."""

    name: str
    selector: str
    """A version's number or a label; ``""`` for the latest."""
    account: str = ""
    region: str = ""
    """Empty where the text is no ARN."""


def arn_of(name: str, account: str, region: str) -> str:
    """A parameter's ARN: the name's first slash is the ARN's own."""
    return arn("ssm", region, account, f"parameter/{name.removeprefix('/')}")


def parse(text: str) -> Named:
    """What is named by name or ARN, either with a selector. Raises ValidationException for what can name nothing."""
    text = text.strip()
    account = region = ""
    if text.startswith("arn:"):
        text, account, region = _of_arn(text)
    name, _, selector = text.partition(":")
    if NAME.match(name) is None:
        raise ValidationException(ALPHABET)
    return Named(name, selector, account, region)


def _of_arn(text: str) -> tuple[str, str, str]:
    """The name as the ARN has it, always with a slash in front, and account and region."""
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[:3] != ["arn", PARTITION, "ssm"] or not parts[5].startswith("parameter/"):
        raise ValidationException(f"Invalid parameter ARN: {text}")
    return parts[5].removeprefix("parameter"), parts[4], parts[3]


def plain(text: str) -> str:
    """A name where only a name will do. Raises ValidationException."""
    name = text.strip()
    if NAME.match(name) is None:
        raise ValidationException(ALPHABET)
    return name


def parent(name: str) -> str:
    """The path directly above a parameter: ``/a`` for ``/a/b``, ``/`` for ``/a`` and ``a``."""
    return name[: name.rfind("/")] or "/" if "/" in name else "/"


def require_new(name: str, account: str, region: str) -> None:
    """Raises what stands against making a parameter of this name."""
    _refuse_reserved(name)
    if UNQUALIFIED.match(name):
        raise ValidationException("Parameter name must be a fully qualified name.")
    if NAME.match(name) is None:
        raise ValidationException(ALPHABET)
    if name.count("/") > DEEPEST:
        raise HierarchyLevelLimitExceededException(
            f"A hierarchy can have a maximum of {DEEPEST} levels. For more information, see Requirements and "
            "constraints for parameter names in the AWS Systems Manager User Guide."
        )
    if len(arn_of(name, account, region)) > LONGEST:
        raise ValidationException(
            f"Parameter name: the maximum length is {LONGEST} characters, with the ARN in front of the name."
        )


def _refuse_reserved(name: str) -> None:
    if RESERVED.match(name) is None:
        return
    if name.lower().startswith("/aws") and name.count("/") > 1:
        raise AccessDeniedException(f"No access to reserved parameter name: {name}.")
    if name.count("/") > 1:
        raise ValidationException(ALPHABET)
    raise ValidationException('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')


def require_path(path: str) -> None:
    """Raises ValidationException unless parameters can lie under ``path``."""
    if not path.startswith("/") or PATH.match(path) is None:
        raise ValidationException(REQUIREMENTS)
