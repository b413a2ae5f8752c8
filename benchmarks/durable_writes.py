"""Writes that are on disk before they are answered, over HTTP: two workers, one writer that commits for both.

    python -m benchmarks.durable_writes

TagResource goes round many keys, so that no two calls wait for each other. CreateAlias makes many aliases, which
DeleteAlias then forgets: both are writes.
"""

import tempfile
import uuid
from functools import partial
from pathlib import Path

from benchmarks.calls import signed
from benchmarks.directories import prepare
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Load, Serving, interleave, press
from benchmarks.servers import vauban

from vauban.kernel.requests import Request

_KEYS = 500
_ALIASES = 1_500


def measure(scale: Scale) -> Measured:
    with tempfile.TemporaryDirectory(prefix="vauban-bench-") as scratch:
        keys = prepare(Path(scratch), _KEYS)
        with vauban(2, data=Path(scratch)) as server:
            runs = {
                "TagResource": partial(_press, server, scale, partial(_taggings, server.port, keys)),
                "CreateAlias, DeleteAlias": partial(_press, server, scale, partial(_aliasings, server.port, keys)),
            }
            press(server, _taggings(server.port, keys), seconds=1)
            loads = interleave(runs, scale.rounds)
    slowest = min(load.rps for load in loads.values())
    figure = Figure("durable writes, c64: the slower of two kinds", slowest, "/s", 8_000, 15_000, more=True)
    return Measured("durable writes, 2 workers, c64", (figure,), loads)


def _press(server: Serving, scale: Scale, calls) -> Load:
    return press(server, calls(), seconds=scale.seconds)


def _taggings(port: int, keys: list[str]) -> list[Request]:
    run = uuid.uuid4().hex
    return [
        signed(port, "TagResource", {"KeyId": key, "Tags": [{"TagKey": f"tag{turn}", "TagValue": run}]})
        for turn in range(4)
        for key in keys
    ]


def _aliasings(port: int, keys: list[str]) -> list[Request]:
    run = uuid.uuid4().hex
    names = [f"alias/{run}/{number}" for number in range(_ALIASES)]
    creating = [
        signed(port, "CreateAlias", {"AliasName": name, "TargetKeyId": keys[number % len(keys)]})
        for number, name in enumerate(names)
    ]
    return creating + [signed(port, "DeleteAlias", {"AliasName": name}) for name in names]


if __name__ == "__main__":
    show(measure(FULL))
