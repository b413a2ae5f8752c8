"""Filters of lists of parameters: which keys each operation takes, with which options and values, and what they mean.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.services.ssm.errors import InvalidFilterKey, InvalidFilterOption, InvalidFilterValue
from vauban.services.ssm.names import parent, require_path
from vauban.services.ssm.resources import ADVANCED, INTELLIGENT, STANDARD, Parameter

TAG = "tag:"
EQUALS, BEGINS_WITH, CONTAINS = "Equals", "BeginsWith", "Contains"
ONE_LEVEL, RECURSIVE = "OneLevel", "Recursive"
DESCRIBE_KEYS = ("Path", "Name", "Type", "KeyId", "Tier", "DataType")
PATH_KEYS = ("Type", "KeyId", "Label")
OPTIONS = {"Path": (RECURSIVE, ONE_LEVEL), "Name": (BEGINS_WITH, EQUALS, CONTAINS), "Label": (EQUALS,)}
VALUES = {"Type": ("String", "StringList", "SecureString"), "Tier": (STANDARD, ADVANCED, INTELLIGENT)}
ATTRIBUTES = {"Type": "type", "KeyId": "key_id", "Tier": "tier", "DataType": "data_type"}
RESERVED = ("/aws", "/ssm")


@dataclass(frozen=True)
class Filter:
    key: str
    option: str
    values: tuple[str, ...]

    def accepts(self, parameter: Parameter) -> bool:
        """Whether one of the values fits."""
        if self.key == "Path":
            return any(self._is_below(parameter, value) for value in self.values)
        if self.key == "Label":
            return any(value in parameter.labels for value in self.values)
        if self.key.startswith(TAG):
            value = parameter.tags.get(self.key.removeprefix(TAG))
            return value is not None and (not self.values or self._fits(value))
        if self.key == "Name":
            return self._names(parameter.name)
        return self._fits(getattr(parameter, ATTRIBUTES[self.key]))

    def _fits(self, found: str) -> bool:
        if self.option == BEGINS_WITH:
            return found.startswith(self.values)
        return found in self.values

    def _names(self, name: str) -> bool:
        """A slash at the start of a name or a value stands for none as well: ``/a`` and ``a`` are alike."""
        bare = name.removeprefix("/")
        for value in self.values:
            wanted = value.removeprefix("/")
            if self.option == EQUALS and bare == wanted:
                return True
            if self.option == BEGINS_WITH and bare.startswith(wanted):
                return True
            if self.option == CONTAINS and (bare.startswith(wanted) if value.startswith("/") else value in name):
                return True
        return False

    def _is_below(self, parameter: Parameter, path: str) -> bool:
        path = path.rstrip("/") or "/"
        if self.option == ONE_LEVEL:
            return parent(parameter.name) == path
        return path == "/" or parameter.name.startswith(f"{path}/")


def describing(given: Sequence[Mapping[str, Any]] | None, old: Sequence[Mapping[str, Any]] | None) -> list[Filter]:
    """DescribeParameters' filters: ``ParameterFilters`` or, of old, ``Filters``. Raises what is wrong with them."""
    if given and old:
        raise ValidationException("You can use either Filters or ParameterFilters in a single request.")
    if old:
        return [Filter(each["Key"], EQUALS, tuple(each["Values"])) for each in old]
    return _filters(given or (), DESCRIBE_KEYS, tags=True)


def by_path(given: Sequence[Mapping[str, Any]] | None) -> list[Filter]:
    """GetParametersByPath's. Raises what is wrong with them."""
    return _filters(given or (), PATH_KEYS, tags=False)


def _filters(given: Sequence[Mapping[str, Any]], keys: tuple[str, ...], *, tags: bool) -> list[Filter]:
    seen: set[str] = set()
    for each in given:
        key = each["Key"]
        if key not in keys and not (tags and key.startswith(TAG)):
            raise InvalidFilterKey(
                f"The following filter key is not valid: {key}. Valid filter keys include: [{', '.join(keys)}]."
            )
        if key in seen:
            raise InvalidFilterKey(
                f"The following filter is duplicated in the request: {key}. A request can contain only one occurrence "
                "of a specific filter."
            )
        seen.add(key)
    return [_filter(each["Key"], each.get("Option"), each.get("Values")) for each in given]


def _filter(key: str, option: str | None, values: list[str] | None) -> Filter:
    options = OPTIONS.get(key, (BEGINS_WITH, EQUALS))
    if option is None:
        option = ONE_LEVEL if key == "Path" else EQUALS
    if option not in options:
        raise InvalidFilterOption(
            f"The following filter option is not valid: {option}. Valid options include: [{', '.join(options)}]."
        )
    if not values and not key.startswith(TAG):
        raise InvalidFilterValue(f"The following filter values are missing : null for filter key {key}")
    for value in values or ():
        _require_value(key, option, value)
    return Filter(key, option, tuple(values or ()))


def _require_value(key: str, option: str, value: str) -> None:
    if key == "Path":
        require_path(value)
        if value.lower().startswith(RESERVED):
            require_path("")
    known = VALUES.get(key)
    if known is not None and option == EQUALS and value not in known:
        raise InvalidFilterOption(
            f"The following filter value is not valid: {value}. Valid values include: [{', '.join(known)}]."
        )
