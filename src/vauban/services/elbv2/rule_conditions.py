"""Which requests a rule is for: conditions as requests give them, brought into the full form that answers have.

Source: Elastic Load Balancing, Application Load Balancers, "Condition types for listener rules".
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.patterns.expressions import expression
from vauban.services.elbv2.errors import unsupported
from vauban.services.elbv2.quotas import CONDITION_VALUES, CONDITION_WILDCARDS

Condition = dict[str, Any]
_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
_REPEATABLE = ("http-header", "query-string")
_SHORT = ("host-header", "path-pattern")
"""Fields whose values may stand in the condition itself."""
_LONGEST = 128
_HOST = re.compile(r"[A-Za-z0-9.*?-]+")
_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+&*?,;=!#%()^|\[\]{}<>\\-]+")
_METHOD = re.compile(r"[A-Z_-]{1,40}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}")


def checked(given: Iterable[Condition]) -> tuple[Condition, ...]:
    """A rule's conditions. Raises ValidationException."""
    conditions = tuple(_checked(each) for each in given)
    if not conditions:
        raise ValidationException("A condition must be specified")
    fields = [each["Field"] for each in conditions]
    for field in fields:
        if field not in _REPEATABLE and fields.count(field) > 1:
            raise ValidationException(f"A rule can only have one '{field}' condition")
    values = [value for each in conditions for value in _values(each)]
    if len(values) > CONDITION_VALUES:
        raise ValidationException(f"A rule can only have '{CONDITION_VALUES}' condition values")
    if sum(map(_wildcards, conditions)) > CONDITION_WILDCARDS:
        raise ValidationException(f"A rule can only have '{CONDITION_WILDCARDS}' condition wildcards")
    return conditions


def _checked(condition: Condition) -> Condition:
    field = condition.get("Field", "")
    if field not in _CONFIGS:
        raise ValidationException(f"Condition field '{field}' must be one of '[{', '.join(sorted(_CONFIGS))}]'")
    config = _config(field, condition)
    values, expressions = config.get("Values", []), config.get("RegexValues", [])
    if not values and not expressions:
        raise ValidationException(f"A condition value must be specified for the field '{field}'")
    if values and expressions:
        raise ValidationException(f"Values and RegexValues cannot both be specified for the field '{field}'")
    for each in expressions:
        _require_expression(each)
    for each in values:
        _REQUIRE[field](each)
    if field == "http-header" and _HEADER.fullmatch(config.get("HttpHeaderName", "")) is None:
        raise ValidationException(f"The HTTP header name '{config.get('HttpHeaderName', '')}' is not valid")
    if field == "http-header" and config["HttpHeaderName"].lower() == "host":
        raise ValidationException("The HTTP header name 'host' is not valid: use a 'host-header' condition")
    full: Condition = {"Field": field, _CONFIGS[field]: config}
    if field in _SHORT:
        full |= config
    return full


def _config(field: str, condition: Condition) -> Condition:
    """What a condition says, wherever it says it."""
    own = _CONFIGS[field]
    for member in condition:
        if member not in ("Field", "Values", "RegexValues", own):
            raise ValidationException(f"'{member}' cannot be specified for the field '{field}'")
    short = {name: condition[name] for name in ("Values", "RegexValues") if condition.get(name)}
    config = condition.get(own)
    if short and config and {name: config.get(name) for name in short} != short:
        raise ValidationException(f"You cannot specify both 'Values' and '{own}'")
    if short and not config:
        if field not in _SHORT and not (field == "http-header" and "RegexValues" in short):
            raise ValidationException(f"'{own}' must be specified for the field '{field}'")
        if field in _SHORT and len(short.get("Values", ())) > 1:
            raise ValidationException("A condition can only have one value; use a configuration for several")
        config = short
    if config and config.get("IpAddressType"):
        raise unsupported("SourceIpConfig.IpAddressType")
    return dict(config or {})


def _values(condition: Condition) -> list[Any]:
    config = condition[_CONFIGS[condition["Field"]]]
    return [*config.get("Values", ()), *config.get("RegexValues", ())]


def _wildcards(condition: Condition) -> int:
    if condition["Field"] in ("http-request-method", "source-ip"):
        return 0
    found = condition[_CONFIGS[condition["Field"]]].get("Values", ())
    texts = [text for each in found for text in (each.values() if isinstance(each, dict) else (each,))]
    return sum(len(re.findall(r"(?<!\\)[*?]", text)) for text in texts)


def _require_length(text: str) -> None:
    if not 1 <= len(text) <= _LONGEST:
        raise ValidationException(f"The condition value '{text}' must be between 1 and {_LONGEST} characters")


def _require_like(wanted: re.Pattern[str], what: str) -> Callable[[str], None]:
    def require(text: str) -> None:
        _require_length(text)
        if wanted.fullmatch(text) is None:
            raise ValidationException(f"The {what} '{text}' contains invalid characters")

    return require


def _require_pair(pair: dict[str, str]) -> None:
    if not pair.get("Value"):
        raise ValidationException("A value must be specified for a query string condition")
    for text in pair.values():
        if text:
            _require_length(text)


def _require_block(text: str) -> None:
    try:
        if "/" not in text:
            raise ValueError
        ip_network(text, strict=False)
    except ValueError:
        raise ValidationException(f"The source IP '{text}' must be in CIDR format") from None


def _require_expression(text: str) -> None:
    _require_length(text)
    try:
        expression(text)
    except ValueError:
        raise ValidationException(f"The regular expression '{text}' is not valid") from None


_REQUIRE: dict[str, Callable[[Any], None]] = {
    "host-header": _require_like(_HOST, "host name"),
    "path-pattern": _require_like(_PATH, "path pattern"),
    "http-header": _require_length,
    "http-request-method": _require_like(_METHOD, "HTTP method"),
    "query-string": _require_pair,
    "source-ip": _require_block,
}
