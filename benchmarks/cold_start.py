"""From the start of the process to the first answer of a signed call, and the memory of a worker that has worked.

python -m benchmarks.cold_start
"""

import statistics
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.calls import ask, calls_of
from benchmarks.directories import prepare
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import free_port, press
from benchmarks.servers import vauban, vauban_command

_STARTS = 5


def measure(scale: Scale) -> Measured:
    with tempfile.TemporaryDirectory(prefix="vauban-bench-") as scratch:
        keys = prepare(Path(scratch), 10)
        with vauban(1, data=Path(scratch)) as server:
            press(server, calls_of(server.port, "Encrypt", keys), seconds=scale.seconds)
            megabytes = server.worker_megabytes()
        seconds = statistics.median(_first_answer(Path(scratch), keys[0]) for _ in range(_STARTS))
    figures = (
        Figure("cold start to first answer", seconds, " s", 0.25, 0.15),
        Figure("memory of a worker (resident)", megabytes, " MB", 60, 45),
    )
    return Measured("cold start", figures, {})


def _first_answer(data: Path, key: str) -> float:
    """Seconds until DescribeKey is answered by a server on ``data``."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(vauban_command(data, port, 1), stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with suppress(OSError):
                ask(port, "DescribeKey", {"KeyId": key})
                return time.perf_counter() - began
            time.sleep(0.002)
        raise RuntimeError(f"the server ended with {process.returncode}")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    show(measure(FULL))
