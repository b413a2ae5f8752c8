"""A month's bill: lines by account, Region and item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from vauban.costs.keys import KeyLife, Month, key_cost, key_hours, rotation_hours
from vauban.costs.prices import Prices
from vauban.costs.requests import SYMMETRIC

EVERYWHERE = ""
"""Stands for the Region of what is counted over all of them."""
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    account: str
    region: str
    item: str
    quantity: int
    unit: str
    cost: Decimal


def bill(
    lives: Iterable[KeyLife], requests: Mapping[tuple[str, str, str], int], month: Month, prices: Prices
) -> list[Line]:
    """Lines in order of account, Region and item. ``requests``: account, Region and kind -> how many."""
    lines = [*_of_keys(list(lives), month, prices), *_of_requests(requests, prices)]
    return sorted(lines, key=lambda line: (line.account, line.region, line.item))


def total(lines: Iterable[Line]) -> Decimal:
    """In whole cents, as a bill has it."""
    return sum((line.cost for line in lines), Decimal(0)).quantize(_CENT, ROUND_HALF_UP)


def _of_keys(lives: list[KeyLife], month: Month, prices: Prices) -> Iterable[Line]:
    for account, region in sorted({(life.account, life.region) for life in lives}):
        here = [life for life in lives if (life.account, life.region) == (account, region)]
        hours = sum(key_hours(life, month) for life in here)
        if hours:
            cost = sum((key_cost(life, month, prices) for life in here), Decimal(0))
            yield Line(account, region, "keys", hours, "key-hours", cost)
        rotated = sum(rotation_hours(life, month, prices) for life in here)
        if rotated:
            cost = prices.rotation_month * rotated / month.hours
            yield Line(account, region, "keys, rotated", rotated, "key-hours", cost)


def _of_requests(requests: Mapping[tuple[str, str, str], int], prices: Prices) -> Iterable[Line]:
    for (account, region, kind), count in requests.items():
        yield Line(account, region, f"requests, {kind}", count, "requests", prices.requests[kind] * count)
    for account in {account for account, _, _ in requests}:
        counted = sum(count for (whose, _, kind), count in requests.items() if (whose, kind) == (account, SYMMETRIC))
        free = min(counted, prices.free_requests)
        if free:
            yield Line(account, EVERYWHERE, "requests, free", free, "requests", -prices.requests[SYMMETRIC] * free)
