"""Attacks looked for in many values: which are worth a detector's time is told by one scan of all of them."""

from collections.abc import Callable
from functools import cache

import hyperscan

from vauban.engines.waf import sqli
from vauban.engines.waf import xss as scripts
from vauban.engines.waf.patterns import CASELESS, DOTALL, Expression, database, found

Detect = Callable[[bytes], tuple[str, ...] | None]

_NOTHING: tuple[int, tuple[str, ...]] = (-1, ())
_CACHE: dict[str, bytes] = {}


class Detector:
    def __init__(self, detect: Detect, suspicious: tuple[Expression, ...]) -> None:
        self._detect = detect
        self._suspicious = database(suspicious, _CACHE, hyperscan.HS_FLAG_MULTILINE)

    def first(self, values: list[bytes]) -> tuple[int, tuple[str, ...]]:
        """The index of the first value that has an attack in it, and what of it is that; -1 where none has."""
        if not found(self._suspicious, b"\n".join(values)):
            return _NOTHING
        for index, value in enumerate(values):
            if found(self._suspicious, value) and (matched := self._detect(value)):
                return index, matched
        return _NOTHING


@cache
def sql_injection(sensitivity: sqli.Sensitivity) -> Detector:
    return Detector(lambda value: sqli.detect(value, sensitivity), (Expression(sqli.PREFILTER, CASELESS),))


@cache
def xss() -> Detector:
    return Detector(scripts.detect, tuple(Expression(way, CASELESS | DOTALL) for way in scripts.PREFILTER))
