"""Where a request comes from: who connected, or whom a header names."""

from collections.abc import Callable, Mapping
from typing import Any

from vauban.engines.waf.addresses import Address, address
from vauban.engines.waf.readings import DoesNotApply, Reading

_MOST_FORWARDED = 10

Origins = Callable[[Reading], list[Address] | bool]
"""The addresses; or that the statement matches, or does not, because the header has none. Raises DoesNotApply."""


def origins(config: Mapping[str, Any] | None) -> Origins:
    """Of a ForwardedIPConfig, an IPSetForwardedIPConfig, or of None: who connected."""
    if not config:
        return lambda reading: [reading.address] if reading.address else False
    name = config["HeaderName"].lower().encode()
    position = config.get("Position", "FIRST")
    otherwise = config["FallbackBehavior"] == "MATCH"

    def read(reading: Reading) -> list[Address] | bool:
        headers = reading.named.get(name)
        if headers is None:
            raise DoesNotApply
        found = _at(position, b",".join(headers).decode("ascii", "replace").split(","))
        return found or otherwise

    return read


def _at(position: str, parts: list[str]) -> list[Address]:
    picked = {"FIRST": slice(1), "LAST": slice(-1, None), "ANY": slice(-_MOST_FORWARDED, None)}[position]
    return [found for part in parts[picked] if (found := address(part.strip()))]
