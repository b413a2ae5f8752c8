"""A field as transformations leave it, read once for all statements that look at it."""

from collections.abc import Sequence

from vauban.engines.waf.fields import Field
from vauban.engines.waf.patterns import Cache, Expression, Hits, Scanner
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.transformations import TRANSFORMATIONS, Transformation
from vauban.engines.waf.verdicts import Detail

_EXCERPT = 64
_NO_HITS: Hits = {}


class View:
    """A field and a chain of transformations; a chain that begins as another one goes on from what that one found."""

    def __init__(self, number: int, field: Field, before: "View | None" = None, step: Transformation | None = None):
        self.number = number
        self.field = field
        self.expressions: list[Expression] = []
        self._before = before
        self._step = step
        self._scanner: Scanner | None = None

    def values(self, reading: Reading) -> list[bytes] | bool:
        """The values; or that a statement matches, or does not, whatever it asks for."""
        found = reading.views[self.number]
        if found is None:
            found = reading.views[self.number] = self._read(reading)
        return found

    def _read(self, reading: Reading) -> list[bytes] | bool:
        if self._before is None or self._step is None:
            return self.field.take(reading)
        values = self._before.values(reading)
        if isinstance(values, bool):
            return values
        return list(map(self._step, values))

    def expect(self, expression: Expression) -> int:
        """The number by which `hits` tells whether it matches."""
        if expression not in self.expressions:
            self.expressions.append(expression)
        return self.expressions.index(expression)

    def prepare(self, cache: Cache) -> None:
        """Compile what is expected."""
        if self.expressions:
            self._scanner = Scanner(self.expressions, cache, joins=self.field.many)

    def hits(self, reading: Reading) -> Hits | bool:
        """Which of the expected expressions match, and where."""
        hits = reading.scans[self.number]
        if hits is None:
            values = self.values(reading)
            if isinstance(values, bool):
                hits = values
            else:
                hits = self._scanner.hits(values) if values and self._scanner else _NO_HITS
            reading.scans[self.number] = hits
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
            step = TRANSFORMATIONS[chain[-1]] if chain else None
            self._known[key] = View(len(self.all), field, before, step)
            self.all.append(self._known[key])
        return self._known[key]
