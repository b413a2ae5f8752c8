"""Messages through a queue: sent, received and deleted, each on disk before it is answered.

    python -m benchmarks.queues

SendMessage is pressed alone, beside a call that only reads (what the door and the wire can do) and beside the peers,
which keep nothing. Then clients send, receive and delete by tens for as long as one press takes: how many messages
went all the way.
"""

import threading
import time
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.calls import ask, signed
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Serving, interleave, press
from benchmarks.servers import ministack, moto, vauban

from vauban.kernel.requests import Request

_QUEUES = 8
_CLIENTS = 8


def measure(scale: Scale) -> Measured:
    with ExitStack() as running:
        ours = running.enter_context(vauban(2))
        servers = {"vauban": ours, "ministack": running.enter_context(ministack())}
        servers["moto_server"] = running.enter_context(moto())
        runs = {f"SendMessage, {name}": partial(_press, server, scale, _sends) for name, server in servers.items()}
        runs["GetQueueUrl, vauban"] = partial(_press, ours, scale, _reads)
        loads = interleave(runs, scale.rounds)
        through = max(_through(ours, scale.seconds) for _ in range(scale.rounds))
    sent = loads["SendMessage, vauban"].rps
    figures = (
        Figure("SendMessage, durable, 2 workers, c64", sent, "/s", 4_000, 8_000, more=True),
        Figure("the same", sent / loads["GetQueueUrl, vauban"].rps, "× a call that only reads", 0.3, 0.5, more=True),
        Figure("the same", sent / loads["SendMessage, moto_server"].rps, "× moto_server", 5, 10, more=True),
        Figure("sent, received, deleted by tens, 8 clients: messages", through, "/s", 1_000, 3_000, more=True),
    )
    return Measured("queues, 2 workers, c64", figures, loads)


def _press(server: Serving, scale: Scale, calls: Any) -> Any:
    return press(server, calls(server.port), seconds=scale.seconds)


def _urls(port: int, prefix: str) -> list[str]:
    names = [f"{prefix}-{number}" for number in range(_QUEUES)]
    return [ask(port, "CreateQueue", {"QueueName": name}, "sqs")["QueueUrl"] for name in names]


def _sends(port: int) -> list[Request]:
    params = {"MessageBody": "x" * 256}
    return [signed(port, "SendMessage", {"QueueUrl": url, **params}, "sqs") for url in _urls(port, "sent")]


def _reads(port: int) -> list[Request]:
    _urls(port, "sent")
    return [signed(port, "GetQueueUrl", {"QueueName": f"sent-{number}"}, "sqs") for number in range(_QUEUES)]


def _through(server: Serving, seconds: int) -> float:
    """Messages a second that clients sent, received and deleted, all of them over the same queues."""
    urls, until = _urls(server.port, "through"), time.monotonic() + seconds
    done: list[int] = []
    threads = [
        threading.Thread(target=_cycle, args=(server.port, urls[number % len(urls)], until, done))
        for number in range(_CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def _cycle(port: int, url: str, until: float, done: list[int]) -> None:
    entries = [{"Id": str(number), "MessageBody": "x" * 256} for number in range(10)]
    while time.monotonic() < until:
        ask(port, "SendMessageBatch", {"QueueUrl": url, "Entries": entries}, "sqs")
        received = ask(port, "ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10}, "sqs")["Messages"]
        handles = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(received)]
        ask(port, "DeleteMessageBatch", {"QueueUrl": url, "Entries": handles}, "sqs")
        done.append(len(handles))


if __name__ == "__main__":
    show(measure(FULL))
