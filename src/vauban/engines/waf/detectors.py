"""Attacks looked for in many values: which are worth a detector's time is told by one scan of all of them."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from vauban.engines.waf import sqli
from vauban.engines.waf import xss as scripts
from vauban.engines.waf.patterns import CASELESS, DOTALL, MULTILINE, Automaton, Expression

Detect = Callable[[bytes], tuple[str, ...] | None]
Attack = tuple[int, tuple[str, ...]]
"""The index of the value that has one, and what of it is that."""

_REMEMBERED = 4096
_MEMORABLE = 256
"""Bytes of values of which it is remembered what was found in them."""
_CACHE: dict[str, bytes] = {}


class Detector:
    """Ways to detect an attack, of which each is only worth its time where one of its expressions matches."""

    def __init__(self, *ways: tuple[Detect, Sequence[Expression]]) -> None:
        self.ways = [(_remembering(detect), expressions) for detect, expressions in ways]


class Watch:
    """Several detectors that look at the same values."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        asked: dict[Expression, list[tuple[int, Detect]]] = {}
        for number, detector in enumerate(detectors):
            for detect, expressions in detector.ways:
                for expression in expressions:
                    asked.setdefault(expression, []).append((number, detect))
        self._asked = list(asked.values())
        self._automaton = Automaton(list(asked), _CACHE, MULTILINE)

    def attacks(self, values: list[bytes], joined: bytes) -> dict[int, Attack]:
        """The first attack that each detector finds, by the detector's place; `joined` is by line feeds."""
        attacks: dict[int, Attack] = {}
        if not self._automaton.found(joined):
            return attacks
        for index, value in enumerate(values):
            suspected = (way for number, _ in self._automaton.found(value) for way in self._asked[number])
            for detector, detect in dict.fromkeys(suspected):
                if detector not in attacks and (matched := detect(value)):
                    attacks[detector] = index, matched
        return attacks


@cache
def watch(detectors: tuple[Detector, ...]) -> Watch:
    """What watches for all of them."""
    return Watch(detectors)


@cache
def sql_injection(sensitivity: sqli.Sensitivity) -> Detector:
    return Detector(
        (lambda value: sqli.continues(value, sensitivity), (Expression(sqli.CONTINUING, CASELESS),)),
        (lambda value: sqli.breaks_out(value, sensitivity), (Expression(sqli.BREAKING_OUT, CASELESS),)),
    )


@cache
def xss() -> Detector:
    return Detector((scripts.detect, [Expression(way, CASELESS | DOTALL) for way in scripts.PREFILTER]))


def _remembering(detect: Detect) -> Detect:
    """Clients say the same again and again: their names, what they accept, where they come from."""
    remembered = lru_cache(_REMEMBERED)(detect)
    return lambda value: remembered(value) if len(value) <= _MEMORABLE else detect(value)
