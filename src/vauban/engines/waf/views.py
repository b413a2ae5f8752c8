"""A field as transformations leave it, read once for all statements that look at it."""

from collections.abc import Sequence

from vauban.engines.waf.detectors import Detector, Watch, watch
from vauban.engines.waf.fields import Field
from vauban.engines.waf.patterns import NO_HITS, Cache, Expression, Hits, Scanner
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.transformations import TRANSFORMATIONS, TRIGGERS
from vauban.engines.waf.verdicts import Detail

_EXCERPT = 64
_MANY = 8
"""Values worth looking at together before each is transformed."""


class View:
    """A field and a chain of transformations; a chain that begins as another one goes on from what that one found."""

    def __init__(self, number: int, field: Field, before: "View | None" = None, step: str = "NONE"):
        self.number = number
        self.field = field
        self.expressions: list[Expression] = []
        self._before = before
        self._step = TRANSFORMATIONS[step]
        self._triggers = TRIGGERS.get(step, ())
        self._detectors: list[Detector] = []
        self._watch: Watch | None = None
        self._scanner: Scanner | None = None

    def values(self, reading: Reading) -> list[bytes] | bool:
        """The values; or that a statement matches, or does not, whatever it asks for."""
        found = reading.views[self.number]
        if found is None:
            found = reading.views[self.number] = self._read(reading)
        return found

    def _read(self, reading: Reading) -> list[bytes] | bool:
        if self._before is None:
            return self.field.take(reading)
        values = self._before.values(reading)
        if isinstance(values, bool) or (len(values) > _MANY and self._triggers and not self._triggered(values)):
            return values
        return list(map(self._step, values))

    def _triggered(self, values: list[bytes]) -> bool:
        joined = b"".join(values)
        return any(trigger in joined for trigger in self._triggers)

    def expect(self, expression: Expression) -> int:
        """The number by which `hits` tells whether it matches."""
        if expression not in self.expressions:
            self.expressions.append(expression)
        return self.expressions.index(expression)

    def watch(self, detector: Detector) -> int:
        """The number by which `hits` tells whether the detector found an attack: a negative one."""
        if detector not in self._detectors:
            self._detectors.append(detector)
        return -1 - self._detectors.index(detector)

    def prepare(self, cache: Cache) -> None:
        """Compile what is expected."""
        if self.expressions:
            self._scanner = Scanner(self.expressions, cache, joins=self.field.many)
        if self._detectors:
            self._watch = watch(tuple(self._detectors))

    def hits(self, reading: Reading) -> Hits | bool:
        """Which of the expected expressions match, and where; and which detectors found something."""
        hits = reading.scans[self.number]
        if hits is None:
            hits = reading.scans[self.number] = self._scan(reading)
        return hits

    def _scan(self, reading: Reading) -> Hits | bool:
        values = self.values(reading)
        if not values or values is True:
            return values or NO_HITS
        joined = values[0] if len(values) == 1 else b"\n".join(values)
        hits = self._scanner.hits(values, joined) if self._scanner else NO_HITS
        if self._watch and (attacks := self._watch.attacks(values, joined)):
            found = {-1 - place: attack for place, attack in attacks.items()}
            reading.attacks[self.number] = found
            hits = {**hits, **{number: (index, 0) for number, (index, _) in found.items()}}
        return hits

    def tell(
        self, reading: Reading, condition: str, index: int, matched: tuple[str, ...], sensitivity: str = ""
    ) -> None:
        """Note what of the request made a statement match."""
        name = self.field.name(reading, index)
        reading.details.append(Detail(condition, self.field.location, name, matched, sensitivity))

    def excerpt(self, reading: Reading, index: int, start: int, end: int) -> tuple[str, ...]:
        values = self.values(reading)
        if isinstance(values, bool):
            return ()
        return (values[index][max(start, end - _EXCERPT, 0) : end].decode("utf-8", "replace"),)


class Views:
    """Those of a web ACL; equal ones are one."""

    def __init__(self) -> None:
        self.all: list[View] = []
        self._known: dict[tuple[str, ...], View] = {}

    def view(self, field: Field, chain: Sequence[str]) -> View:
        key = (field.key, *chain)
        if key not in self._known:
            before = self.view(field, chain[:-1]) if chain else None
            self._known[key] = View(len(self.all), field, before, *chain[-1:])
            self.all.append(self._known[key])
        return self._known[key]
