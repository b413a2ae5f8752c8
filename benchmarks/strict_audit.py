"""What is left of the speed where no call is answered before it is on the trail, on disk.

python -m benchmarks.strict_audit
"""

from contextlib import ExitStack
from functools import partial

from benchmarks.calls import calls_of
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import interleave, press
from benchmarks.servers import new_key, vauban


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        runs = {}
        for mode in ("relaxed", "strict"):
            server = running.enter_context(vauban(1, "--audit", mode))
            calls = calls_of(server.port, "Encrypt", [new_key(server) for _ in range(10)])
            press(server, calls, seconds=1)
            runs[mode] = partial(press, server, calls, connections=16, seconds=scale.seconds)
        loads = interleave(runs, scale.rounds)
    share = 100 * loads["strict"].rps / loads["relaxed"].rps
    figure = Figure("strict audit, c16: share of relaxed", share, " %", 40, 55, more=True)
    return Measured("Encrypt, 1 worker, c16", (figure,), loads)


if __name__ == "__main__":
    show(measure(FULL))
