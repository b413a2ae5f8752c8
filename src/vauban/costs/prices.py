"""Prices: a dated file, or the operator's own of the same form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any


class InvalidPrices(ValueError):
    """A price file that is none; the message says what is wrong."""


@dataclass(frozen=True)
class Prices:
    as_of: str
    currency: str
    key_month: Decimal
    rotation_month: Decimal
    """For each of a key's first rotations."""
    rotations_charged: int
    free_requests: int
    """A month, of the symmetric ones, in all Regions together."""
    requests: Mapping[str, Decimal]
    """Of one request, by the classes of ``requests``."""


def current() -> Prices:
    """The prices that come with Vauban."""
    return read(json.loads(files(__package__).joinpath("prices.json").read_text()))


def read(data: Any) -> Prices:
    """Raises InvalidPrices."""
    try:
        kms = data["kms"]
        per_10000 = {name: Decimal(price) for name, price in kms["requests_per_10000"].items()}
        prices = Prices(
            str(data["as_of"]),
            str(data["currency"]),
            Decimal(kms["key_month"]),
            Decimal(kms["rotation_month"]),
            int(kms["rotations_charged"]),
            int(kms["free_requests"]),
            {name: price / 10_000 for name, price in per_10000.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise InvalidPrices(f"a price is missing or none: {error!r}") from None
    missing = {"symmetric", "rsa-2048", "asymmetric", "ecc-data-key-pair", "rsa-data-key-pair"} - set(per_10000)
    if missing:
        raise InvalidPrices(f"prices are missing: {', '.join(sorted(missing))}")
    return prices
