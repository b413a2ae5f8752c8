"""Attacks looked for in many values: which are worth a detector's time is told by one scan of all of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

import hyperscan

from vauban.engines.waf import sqli
from vauban.engines.waf import xss as scripts
from vauban.engines.waf.patterns import CASELESS, DOTALL, Expression, database, found

Detect = Callable[[bytes], tuple[str, ...] | None]

_REMEMBERED = 4096
_MEMORABLE = 256
"""Bytes of values of which it is remembered what was found in them."""
_CACHE: dict[str, bytes] = {}


class Detector:
    """Detects by ways of which each is only worth its time where its expressions match."""

    def __init__(self, ways: Iterable[tuple[Detect, Sequence[Expression]]]) -> None:
        told = [(detect, expression) for detect, expressions in ways for expression in expressions]
        remembering = {detect: _remembering(detect) for detect, _ in told}
        self._ways = [remembering[detect] for detect, _ in told]
        self._suspicious = database([expression for _, expression in told], _CACHE, hyperscan.HS_FLAG_MULTILINE)

    def suspects(self, joined: bytes) -> bool:
        """Whether values, joined by line feeds, are worth `first`."""
        return bool(found(self._suspicious, joined))

    def first(self, values: list[bytes]) -> tuple[int, tuple[str, ...]] | None:
        """The index of the first value that has an attack in it, and what of it is that."""
        for index, value in enumerate(values):
            for detect in dict.fromkeys(self._ways[number] for number, _ in found(self._suspicious, value)):
                if matched := detect(value):
                    return index, matched
        return None


def _remembering(detect: Detect) -> Detect:
    """Clients say the same again and again: their names, what they accept, where they come from."""
    remembered = lru_cache(_REMEMBERED)(detect)
    return lambda value: remembered(value) if len(value) <= _MEMORABLE else detect(value)


@cache
def sql_injection(sensitivity: sqli.Sensitivity) -> Detector:
    return Detector(
        (
            (lambda value: sqli.continues(value, sensitivity), (Expression(sqli.CONTINUING, CASELESS),)),
            (lambda value: sqli.breaks_out(value, sensitivity), (Expression(sqli.BREAKING_OUT, CASELESS),)),
        )
    )


@cache
def xss() -> Detector:
    return Detector(((scripts.detect, [Expression(way, CASELESS | DOTALL) for way in scripts.PREFILTER]),))
