"""Figures: what was measured beside what must be and what is aimed at, as a table for terminals and Markdown alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Load


@dataclass(frozen=True)
class Scale:
    """How long to measure."""

    rounds: int
    seconds: int
    """Of each press."""
    keys: int
    """How many are many."""


FULL = Scale(rounds=3, seconds=3, keys=100_000)
QUICK = Scale(rounds=1, seconds=2, keys=10_000)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    measured: float
    unit: str
    must: float
    aim: float
    more: bool = False
    """Whether more is better."""

    @property
    def state(self) -> str:
        """``aim`` or ``must`` where that is reached, or how far off it is."""
        if self._reaches(self.aim):
            return "aim"
        if self._reaches(self.must):
            return "must"
        return f"missed by {abs(self.measured / self.must - 1):.0%}"

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.more else "≤"
        must, aim = (f"{sign} {_plain(bound)}{self.unit}" for bound in (self.must, self.aim))
        return self.name, must, aim, f"{_plain(self.measured)}{self.unit}", self.state

    def _reaches(self, bound: float) -> bool:
        return self.measured >= bound if self.more else self.measured <= bound


@dataclass(frozen=True)
class Measured:
    """What one file of this directory found out."""

    title: str
    figures: tuple[Figure, ...]
    loads: dict[str, Load]
    """What they were worked out from, by name."""


def figures_table(measured: Sequence[Measured]) -> str:
    rows = [figure.cells() for each in measured for figure in each.figures]
    return _table(("figure", "must", "aim", "measured", "reached"), rows)


def loads_table(measured: Measured) -> str:
    rows = [(name, *_load_cells(load)) for name, load in measured.loads.items()]
    columns = ("", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "of which workers", "errors")
    return _table((measured.title, *columns[1:]), rows)


def show(measured: Measured) -> None:
    print(f"\n{loads_table(measured)}\n" if measured.loads else "")
    print(figures_table([measured]), flush=True)


def _load_cells(load: Load) -> tuple[str, ...]:
    return (
        f"{load.rps:,.0f}",
        f"{load.p50_ms:.2f}",
        f"{load.p99_ms:.2f}",
        f"{load.cpu_us:.1f}",
        f"{load.worker_us:.1f}",
        str(load.errors),
    )


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of even width, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(_padded(line, widths))} |" for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
