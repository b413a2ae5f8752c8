"""A server under load: wrk's requests per second and latencies, and the CPU that the server's processes spent.

Rates and latencies are this machine's, and wrk runs on the same cores. What can be compared elsewhere is the CPU per
request, best as a ratio to a peer measured in the same run.
"""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vauban.kernel.requests import Request

_TICKS = os.sysconf("SC_CLK_TCK")
_SCRIPT = """
local requests, number = {}, 0
function init(arguments)
  local file = assert(io.open(arguments[1], 'rb'))
  for size in function() return file:read(8) end do
    requests[#requests + 1] = file:read(tonumber(size))
  end
  file:close()
end
function request()
  number = number % #requests + 1
  return requests[number]
end
function done(summary, latency)
  io.write(string.format('REPORT {"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "errors": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout))
end
"""
"""Sends the requests of a file in turn, each behind its size in 8 digits."""


@dataclass(frozen=True)
class Load:
    """What one run measured."""

    rps: float
    cpu_us: float
    """CPU per request of all the server's processes."""
    worker_us: float
    """CPU per request of those that answer."""
    p50_ms: float
    p99_ms: float
    errors: int
    """Answers that were not 2xx or 3xx, and connections that failed."""


@dataclass(frozen=True)
class Serving:
    """A server that listens."""

    pid: int
    port: int
    workers: tuple[int, ...] = ()
    """Process ids of those that answer; empty where it is not known, and all count."""

    def cpu_seconds(self) -> tuple[float, float]:
        """Of the process and its descendants, and of those that answer."""
        ticks = {pid: _cpu_ticks(pid) for pid in family(self.pid)}
        return sum(ticks.values()) / _TICKS, sum(ticks[pid] for pid in self.workers or ticks) / _TICKS

    def worker_megabytes(self) -> float:
        """Resident memory of those that answer."""
        return sum(map(_resident_kilobytes, self.workers or family(self.pid))) / 1024


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    *,
    environment: Mapping[str, str] | None = None,
    quiet: bool = False,
    patience_seconds: float = 60,
) -> Iterator[Serving]:
    """Run ``command`` until the block ends, from when it listens on ``port``. Raises RuntimeError if it never does.

    What it says on its standard output is of no interest; what it complains of is shown, unless it is ``quiet``.
    """
    complaints = subprocess.DEVNULL if quiet else None
    surroundings = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=complaints, env=surroundings)
    try:
        _await_port(process, port, time.monotonic() + patience_seconds)
        yield Serving(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def press(
    server: Serving, requests: Sequence[Request], *, connections: int = 64, seconds: float = 4, threads: int = 1
) -> Load:
    """Send ``requests`` round and round over keep-alive connections, as fast as they are answered."""
    with tempfile.TemporaryDirectory() as directory:
        script, sent = Path(directory) / "script.lua", Path(directory) / "requests"
        script.write_text(_SCRIPT)
        sent.write_bytes(b"".join(b"%08d%b" % (len(each), each) for each in map(_wire, requests)))
        command = [
            _wrk(),
            "--timeout",
            "30s",
            "-t",
            str(threads),
            "-c",
            str(connections),
            "-d",
            f"{seconds:.0f}s",
            "-s",
            str(script),
        ]
        before = server.cpu_seconds()
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{server.port}/", "--", str(sent)], capture_output=True, text=True, check=True
        )
        spent = server.cpu_seconds()
    report = json.loads(done.stdout.partition("REPORT ")[2].partition("\n")[0])
    count = report["requests"]
    if not count:
        raise RuntimeError("the server answered nothing")
    return Load(
        rps=count / report["microseconds"] * 1e6,
        cpu_us=(spent[0] - before[0]) / count * 1e6,
        worker_us=(spent[1] - before[1]) / count * 1e6,
        p50_ms=report["p50"] / 1000,
        p99_ms=report["p99"] / 1000,
        errors=report["errors"],
    )


def median_load(loads: Sequence[Load]) -> Load:
    """The median of each measure; errors are added up."""
    return Load(
        rps=statistics.median(load.rps for load in loads),
        cpu_us=statistics.median(load.cpu_us for load in loads),
        worker_us=statistics.median(load.worker_us for load in loads),
        p50_ms=statistics.median(load.p50_ms for load in loads),
        p99_ms=statistics.median(load.p99_ms for load in loads),
        errors=sum(load.errors for load in loads),
    )


def interleave(runs: dict[str, Callable[[], Load]], rounds: int = 3) -> dict[str, Load]:
    """Each run's median over rounds in which all take their turn, so that a noisy moment hurts all alike."""
    loads: dict[str, list[Load]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            loads[name].append(run())
    return {name: median_load(each) for name, each in loads.items()}


def _wire(request: Request) -> bytes:
    target = f"{request.path}?{request.query}" if request.query else request.path
    headers = {**request.headers, "content-length": str(len(request.body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request.method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + request.body


def _wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("wrk is needed: apt-get install wrk")
    return found


def _await_port(process: subprocess.Popen, port: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def family(pid: int) -> list[int]:
    """A process and its descendants: parents before children, siblings in the order of their making."""
    stats = {int(path.name): _stat(path) for path in Path("/proc").glob("[0-9]*")}
    parents = {pid: int(fields[1]) for pid, fields in stats.items() if fields}
    family = [pid]
    for each in family:
        family += [child for child, parent in sorted(parents.items()) if parent == each]
    return family


def _cpu_ticks(pid: int) -> int:
    fields = _stat(Path(f"/proc/{pid}"))
    return sum(map(int, fields[11:15])) if fields else 0


def _resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def _stat(process: Path) -> list[str]:
    """The fields of /proc/[pid]/stat after the name, state first; none where the process is gone."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
