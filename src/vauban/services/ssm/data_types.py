"""Data types, and which values each takes.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from vauban.kernel.errors import ValidationException
from vauban.services.ssm.public_parameters import regions

IMAGE = "aws:ec2:image"
INTEGRATION = "aws:ssm:integration"
TEXT = "text"
ADVANCED_ONLY = frozenset({"url", "json", "jsonc"})
FIXED = frozenset({IMAGE, INTEGRATION})
"""What a parameter is made with and stays with, or never has."""

NOT_OF_LISTS = frozenset({IMAGE, INTEGRATION, "binary", "url", "json", "jsonc"})
IMAGE_ID = re.compile(r"ami-[0-9a-z]{8,32}\Z", re.IGNORECASE)
INTEGRATION_NAME = re.compile(r"/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/[^/]+\Z")
LABEL = r"(?!-)[a-zA-Z0-9-]{1,63}(?<!-)"
HOSTNAME = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?\Z")
LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*\Z", re.ASCII)
JSONC_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def _raises_nothing(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether a value can be read."""

    def check(value: str) -> bool:
        try:
            read(value)
        except (ValueError, RecursionError, binascii.Error):
            return False
        return True

    return check


def _matches(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(rf"(?:{expression})\Z", re.ASCII)
    return lambda value: compiled.match(value) is not None


def _is_hostname(value: str) -> bool:
    return len(value) <= 253 and HOSTNAME.match(value) is not None


def _is_email(value: str) -> bool:
    local, _, domain = value.rpartition("@")
    return len(local) <= 64 and LOCAL_PART.match(local) is not None and "." in domain and _is_hostname(domain)


def _is_url(value: str) -> bool:
    try:
        url = urlsplit(value)
        return bool(url.scheme and url.hostname) and not any(each.isspace() for each in value)
    except ValueError:
        return False


def _json(value: str) -> None:
    """Raises ValueError, also for NaN and its like, which Python alone takes for JSON."""
    json.loads(value, parse_constant=int)


def _without_comments(value: str) -> str:
    return JSONC_TOKEN.sub(lambda token: token[0] if token[0].startswith('"') else " ", value)


CHECKS: dict[str, Callable[[str], bool]] = {
    TEXT: lambda value: True,
    IMAGE: lambda value: True,
    INTEGRATION: _raises_nothing(_json),
    "aws:region": lambda value: value in regions(),
    "aws:account:id": _matches(r"\d{12}"),
    "boolean": _matches("true|false"),
    "integer": _matches(r"[+-]?\d+"),
    "float": _matches(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
    "binary": _raises_nothing(lambda value: base64.b64decode(value, validate=True)),
    "hostname": _is_hostname,
    "email": _is_email,
    "ipv4-address": _raises_nothing(ipaddress.IPv4Address),
    "ipv6-address": _raises_nothing(ipaddress.IPv6Address),
    "url": _is_url,
    "json": _raises_nothing(_json),
    "jsonc": _raises_nothing(lambda value: _json(_without_comments(value))),
}


def require_known(data_type: str) -> None:
    if data_type not in CHECKS:
        raise ValidationException(
            f"The following data type is not supported: {data_type} (Data type names are all lowercase.)"
        )


def require_unchanged(before: str, data_type: str) -> None:
    """A parameter is of ``aws:ec2:image`` or ``aws:ssm:integration`` for life, or never."""
    if before != data_type and FIXED & {before, data_type}:
        raise ValidationException(f"The data type of a parameter cannot be changed from {before} to {data_type}.")


def require_valid(data_type: str, type: str, name: str, value: str) -> None:
    """Raises ValidationException unless the value, or each item of a list, is one of the data type."""
    if data_type == IMAGE and type != "String":
        raise ValidationException(f"The data type {IMAGE} is supported only for parameters of type String.")
    if data_type == INTEGRATION and not (type == "SecureString" and INTEGRATION_NAME.match(name)):
        raise ValidationException(
            f"The data type {INTEGRATION} is supported only for SecureString parameters whose name starts with "
            "/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/."
        )
    if type == "StringList" and data_type in NOT_OF_LISTS:
        raise ValidationException(f"The data type {data_type} is not supported for parameters of type StringList.")
    check = CHECKS[data_type]
    if not all(check(item) for item in (value.split(",") if type == "StringList" else (value,))):
        raise ValidationException(f"The parameter value is not valid for the data type {data_type}.")


def is_image(value: str) -> bool:
    """Whether it has the form of an AMI id."""
    return IMAGE_ID.match(value) is not None
