"""Write what is covered and what can be set, from the code, between the markers in README.md and docs/.

python scripts/write_coverage.py [--check]      --check: write nothing, fail where a file is not up to date
"""

import re
import sys
from dataclasses import fields
from pathlib import Path

from vauban.aws.models import load
from vauban.discovery import Services
from vauban.kernel.operations import Service
from vauban.settings import Settings, variable

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = ("<!-- coverage: written by `make docs` -->", "<!-- end of coverage -->")
SETTINGS = ("<!-- settings: written by `make docs` -->", "<!-- end of settings -->")


def summary(services: dict[str, Service]) -> str:
    """A row a service."""
    rows = ["| service | operations answered | of AWS's |", "|---|---|---|"]
    for name, service in sorted(services.items()):
        rows.append(f"| [{name}](docs/coverage.md#{name}) | {len(service.operations)} | {len(load(name).operations)} |")
    return "\n".join(rows)


def details(services: dict[str, Service]) -> str:
    """Every operation of every service; those we do not have are named too."""
    parts = []
    for name, service in sorted(services.items()):
        ours, theirs = service.operations, load(name).operations
        parts.append(f"## {name}\n\n| operation | refuses aloud |\n|---|---|")
        parts[-1] += "".join(f"\n| {each} | {', '.join(ours[each].unsupported) or '—'} |" for each in sorted(ours))
        absent = sorted(set(theirs) - set(ours))
        if absent:
            parts.append(f"Not there yet, and answered with `UnknownOperationException`: {', '.join(absent)}.")
    return "\n\n".join(parts)


def settings() -> str:
    """A row a setting."""
    rows = ["| option | variable | default | |", "|---|---|---|---|"]
    for each in fields(Settings):
        option = f"`--{each.name.replace('_', '-')} {each.metadata['metavar']}`"
        default = f"`{each.default}`" if each.default not in ("", ()) else ""
        rows.append(f"| {option} | `{variable(each.name)}` | {default} | {each.metadata['help']} |")
    return "\n".join(rows)


def between(markers: tuple[str, str], text: str, inner: str) -> str:
    start, end = map(re.escape, markers)
    return re.sub(f"{start}.*?{end}", lambda _: f"{markers[0]}\n{inner}\n{markers[1]}", text, flags=re.DOTALL)


def main() -> int:
    services = Services()
    stale = []
    for name, markers, inner in (
        ("README.md", COVERAGE, summary(services)),
        ("docs/coverage.md", COVERAGE, details(services)),
        ("docs/operating.md", SETTINGS, settings()),
    ):
        path = ROOT / name
        now = path.read_text()
        wanted = between(markers, now, inner)
        if wanted != now:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(wanted)
    if stale and "--check" in sys.argv:
        print(f"not up to date: {', '.join(stale)}; run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
