"""What Encrypt, Decrypt and GenerateDataKey cost one worker, beside servers that do nothing.

    python -m benchmarks.kms_encrypt

Every call is verified, decided and audited. The floor is asyncio's own loop writing the same bytes for each read.
"""

from contextlib import ExitStack
from functools import partial

from benchmarks import echo
from benchmarks.calls import MIXED, calls_of
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import interleave, press
from benchmarks.servers import new_key, vauban


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        runs = {}
        for name in echo.SERVERS:
            floor = running.enter_context(echo.running(name))
            runs[name] = partial(press, floor, [echo.REQUEST], seconds=scale.seconds)
        server = running.enter_context(vauban(1))
        keys = [new_key(server) for _ in range(10)]
        for operation in MIXED:
            calls = calls_of(server.port, operation, keys)
            press(server, calls, seconds=2)
            runs[operation] = partial(press, server, calls, seconds=scale.seconds)
        loads = interleave(runs, scale.rounds)
    slowest = max((loads[operation] for operation in MIXED), key=lambda load: load.worker_us)
    figures = (
        Figure("KMS, 1 worker, c64: CPU a request, the costliest of three", slowest.worker_us, " µs", 30, 24),
        Figure("the same, in bare echoes", slowest.worker_us / loads["asyncio, unread"].cpu_us, "×", 6, 4.5),
    )
    return Measured("1 worker, c64", figures, loads)


if __name__ == "__main__":
    show(measure(FULL))
