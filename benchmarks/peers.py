"""Vauban with two workers beside other servers of the KMS API, under the same calls.

    python -m benchmarks.peers

Encrypt, Decrypt and GenerateDataKey in turn. The peers are started as they come: neither verifies a signature, decides
a policy or keeps what it did; Vauban does all of that.
"""

from contextlib import ExitStack
from functools import partial

from benchmarks.calls import mixed_calls
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import interleave, press
from benchmarks.servers import ministack, moto, new_key, vauban


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        servers = {
            "vauban": running.enter_context(vauban(2)),
            "ministack": running.enter_context(ministack()),
            "moto_server": running.enter_context(moto()),
        }
        runs = {}
        for name, server in servers.items():
            calls = mixed_calls(server.port, [new_key(server) for _ in range(10)])
            press(server, calls, seconds=1)
            runs[name] = partial(press, server, calls, seconds=scale.seconds)
        loads = interleave(runs, scale.rounds)
    ours = loads["vauban"]
    figures = (
        Figure("KMS, 2 workers and the writer, c64: requests/s", ours.rps / loads["ministack"].rps,
               "× ministack", 15, 22, more=True),
        Figure("the same", ours.rps / loads["moto_server"].rps, "× moto_server", 100, 100, more=True),
        Figure("p99 at that load", ours.p99_ms, " ms", 8, 4),
    )  # fmt: skip
    return Measured("2 workers, c64, mixed", figures, loads)


if __name__ == "__main__":
    show(measure(FULL))
