"""What a call costs where there are many keys, all of them in use, beside a server that has ten.

python -m benchmarks.many_keys
"""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

from benchmarks.calls import encrypting
from benchmarks.directories import prepare
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import interleave, press
from benchmarks.servers import vauban

from vauban.kernel.requests import Request

_FEW = 10
_CALLS_SIGNED_AT_ONCE = 2_000


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        runs = {}
        for count in (_FEW, scale.keys):
            data = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="vauban-bench-")))
            keys = prepare(data, count)
            server = running.enter_context(vauban(1, data=data))
            calls = _calls(server.port, keys, scale.keys)
            press(server, calls, seconds=max(3, len(calls) // 15_000))
            runs[f"{count:,} keys"] = partial(press, server, calls, seconds=scale.seconds)
        loads = interleave(runs, scale.rounds)
    few, many = loads.values()
    figure = Figure(f"{scale.keys:,} keys against {_FEW}: CPU a request", many.worker_us / few.worker_us, "×", 1.2, 1)
    return Measured("Encrypt, 1 worker, c64", (figure,), loads)


def _calls(port: int, keys: list[str], count: int) -> list[Request]:
    """As many calls whatever the number of keys, each key as often as any other, in no order."""
    chosen = [keys[number % len(keys)] for number in range(count)]
    Random(0).shuffle(chosen)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(encrypting, port), chosen, chunksize=_CALLS_SIGNED_AT_ONCE))


if __name__ == "__main__":
    show(measure(FULL))
