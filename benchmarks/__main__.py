"""Every headline figure, measured on this machine beside what must be and what is aimed at: `make bench`.

    python -m benchmarks [--quick] [FIGURE …]

Takes some five minutes, or one with `--quick`. What counts are the ratios: all sides of one are measured in turn, in
the same run.
"""

import argparse
import importlib
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks.figures import FULL, QUICK, figures_table, loads_table

FIGURES = (
    "kms_encrypt",
    "peers",
    "durable_writes",
    "strict_audit",
    "cold_start",
    "many_keys",
    "secrets",
    "parameters",
    "edge",
    "queues",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"only these: {', '.join(FIGURES)}")
    parser.add_argument("--quick", action="store_true", help="one short round of each: a minute, and less certain")
    given = parser.parse_args()
    unknown = set(given.figures) - set(FIGURES)
    if unknown:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}")
    measured = []
    try:
        for name in given.figures or FIGURES:
            print(f"Measuring {name}…", file=sys.stderr)
            measured.append(importlib.import_module(f"benchmarks.{name}").measure(QUICK if given.quick else FULL))
    except RuntimeError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    print(f"{_machine()}\n\n{figures_table(measured)}")
    for each in measured:
        if each.loads:
            print(f"\n{loads_table(each)}")
    return 0


def _machine() -> str:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(": ")[2] if models else platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} × {model}, {platform.system()} {platform.release()}, {python}"
    )


if __name__ == "__main__":
    sys.exit(main())
