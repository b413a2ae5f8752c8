"""Secrets Manager: values read and values written, beside other servers of its API under the same calls.

    python -m benchmarks.secrets

A value that Vauban gives out was decided on twice (the secret, its key), opened by KMS and put on the trail twice; one
that it takes is on disk before it is answered. The peers are started as they come, and do none of that.
"""

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from benchmarks.calls import ask, signed
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Load, Serving, interleave, press
from benchmarks.servers import ministack, moto, vauban

from vauban.kernel.requests import Request

_FEW = 100
_MANY = 500
_MOST_A_SECOND = 12_000
_VALUE = '{"username":"shop","password":"correct horse battery staple"}'

_ask = partial(ask, service="secretsmanager")
_signed = partial(signed, service="secretsmanager")


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        one = running.enter_context(vauban(1))
        full = running.enter_context(vauban(1))
        two = running.enter_context(vauban(2))
        peers = {"ministack": running.enter_context(ministack()), "moto_server": running.enter_context(moto())}
        runs: dict[str, Callable[[], Load]] = {"GetSecretValue, 1 worker": _reading(one, scale, _FEW)}
        for name, peer in peers.items():
            runs[f"GetSecretValue, {name}"] = _reading(peer, scale, _FEW)
        _fill(full, scale.keys // 10)
        runs[f"GetSecretValue, 1 worker, {scale.keys // 10:,} more secrets"] = _reading(full, scale, _FEW)
        runs["PutSecretValue, 2 workers"] = _writing(two, scale, _secrets(two, _MANY))
        loads = interleave(runs, scale.rounds)
    few, ours_of_peers, theirs, many, written = loads.values()
    figures = (
        Figure("GetSecretValue, 1 worker, c64: values/s", few.rps, "/s", 25_000, 30_000, more=True),
        Figure("the same", few.rps / ours_of_peers.rps, "× ministack", 10, 15, more=True),
        Figure("the same", few.rps / theirs.rps, "× moto_server", 50, 100, more=True),
        Figure("with many secrets: CPU a value", many.worker_us / few.worker_us, "×", 1.2, 1),
        Figure("durable PutSecretValue, 2 workers, c64", written.rps, "/s", 8_000, 12_000, more=True),
    )
    return Measured("Secrets Manager, c64", figures, loads)


def _secrets(server: Serving, count: int) -> list[str]:
    names = [f"prod/shop/{number}" for number in range(count)]
    for name in names:
        _ask(server.port, "CreateSecret", {"Name": name, "SecretString": _VALUE, "ClientRequestToken": _token()})
    return names


def _fill(server: Serving, count: int) -> None:
    """Make so many secrets, as fast as they are taken."""
    calls = [
        _signed(
            server.port,
            "CreateSecret",
            {"Name": f"many/{uuid.uuid4()}", "SecretString": _VALUE, "ClientRequestToken": _token()},
        )
        for _ in range(count)
    ]
    press(server, calls, seconds=max(3, count // 2_000))


def _reading(server: Serving, scale: Scale, count: int) -> Callable[[], Load]:
    names = _secrets(server, count)
    calls = [_signed(server.port, "GetSecretValue", {"SecretId": names[each % count]}) for each in range(256)]
    press(server, calls, seconds=1)
    return partial(press, server, calls, seconds=scale.seconds)


def _writing(server: Serving, scale: Scale, names: list[str]) -> Callable[[], Load]:
    return lambda: press(server, _writes(server.port, names, scale.seconds), seconds=scale.seconds)


def _writes(port: int, names: list[str], seconds: int) -> list[Request]:
    """So many that none is sent twice: the same value under the same token is no write."""
    return [
        _signed(port, "PutSecretValue", {"SecretId": name, "SecretString": _VALUE, "ClientRequestToken": _token()})
        for _ in range(seconds * _MOST_A_SECOND // len(names))
        for name in names
    ]


def _token() -> str:
    return str(uuid.uuid4())


if __name__ == "__main__":
    show(measure(FULL))
