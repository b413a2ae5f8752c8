"""What reading and writing parameters costs, with few of them and with many, and beside other servers of the API.

    python -m benchmarks.parameters

Every call is verified, decided and audited; PutParameter is on disk before it is answered. The peers do none of that.
"""

import tempfile
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.calls import ask, signed
from benchmarks.directories import prepare_parameters
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Load, Serving, interleave, press
from benchmarks.servers import ministack, moto, vauban

from vauban.kernel.requests import Request

_FEW = 1_000
_CALLS = 2_000
_SECRETS = 100
_READS = ("GetParameter", "GetParameter, decrypted", "GetParametersByPath")


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        few = _prepared(running, _FEW, 1)
        many = _prepared(running, scale.keys, 1)
        writing = _prepared(running, _FEW, 2)
        runs: dict[str, Callable[[], Load]] = {}
        for name, peer in (("moto_server", moto), ("ministack", ministack)):
            server = running.enter_context(peer())
            runs[name] = _run(server, scale, _readings(server.port, _put(server, _SECRETS)))
        server, names = few
        secrets = _put(server, _SECRETS, Type="SecureString")
        runs["GetParameter"] = _run(server, scale, _readings(server.port, names))
        runs["GetParameter, decrypted"] = _run(server, scale, _readings(server.port, secrets, WithDecryption=True))
        for label, (server, names) in (("", few), (f" of {scale.keys:,}", many)):
            runs[f"GetParametersByPath{label}"] = _run(server, scale, _listings(server.port, names))
        runs[f"GetParameter of {scale.keys:,}"] = _run(many[0], scale, _readings(many[0].port, many[1]))
        runs["PutParameter"] = lambda: press(writing[0], _puttings(*writing), seconds=scale.seconds)
        loads = interleave(runs, scale.rounds)
    slowest = max(loads[name].worker_us for name in _READS)
    crowded = max(
        loads[f"{name} of {scale.keys:,}"].worker_us / loads[name].worker_us
        for name in ("GetParameter", "GetParametersByPath")
    )
    ours = 1e6 / loads["GetParameter"].worker_us
    figures = (
        Figure("parameters, 1 worker, c64: reads a second of CPU, the costliest of three", 1e6 / slowest, "/s",
               25_000, 30_000, more=True),
        Figure(f"{scale.keys:,} parameters against {_FEW:,}: CPU a read", crowded, "×", 1.2, 1.05),
        Figure("PutParameter, durable, 2 workers, c64", loads["PutParameter"].rps, "/s", 8_000, 12_000, more=True),
        Figure("GetParameter: a second of one worker", ours / loads["ministack"].rps, "× ministack", 5, 10, more=True),
        Figure("the same", ours / loads["moto_server"].rps, "× moto_server", 25, 50, more=True),
    )  # fmt: skip
    return Measured("parameters, c64", figures, loads)


def _prepared(running: ExitStack, count: int, workers: int) -> tuple[Serving, list[str]]:
    """A server over ``count`` parameters, and their names."""
    data = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="vauban-bench-")))
    names = prepare_parameters(data, count)
    return running.enter_context(vauban(workers, data=data)), names


def _put(server: Serving, count: int, **more: object) -> list[str]:
    """Make parameters over the API; their names."""
    names = [f"/put/app{number // 10:05}/p{number % 10}" for number in range(count)]
    for name in names:
        ask(server.port, "PutParameter", {"Name": name, "Value": "a value", "Type": "String", **more}, "ssm")
    return names


def _run(server: Serving, scale: Scale, calls: list[Request]) -> Callable[[], Load]:
    """A press of these calls, once they have been made before."""
    press(server, calls, seconds=1)
    return partial(press, server, calls, seconds=scale.seconds)


def _readings(port: int, names: list[str], **more: object) -> list[Request]:
    chosen = Random(0).choices(names, k=_CALLS)
    return [signed(port, "GetParameter", {"Name": name, **more}, "ssm") for name in chosen]


def _listings(port: int, names: list[str]) -> list[Request]:
    chosen = [name.rpartition("/")[0] for name in Random(0).choices(names, k=_CALLS)]
    return [signed(port, "GetParametersByPath", {"Path": path, "Recursive": True}, "ssm") for path in chosen]


def _puttings(server: Serving, names: list[str]) -> list[Request]:
    run = uuid.uuid4().hex
    return [
        signed(server.port, "PutParameter", {"Name": name, "Value": f"{run} {turn}", "Overwrite": True}, "ssm")
        for turn in range(2)
        for name in names
    ]


if __name__ == "__main__":
    show(measure(FULL))
