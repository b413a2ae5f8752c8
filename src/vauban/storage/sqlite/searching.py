"""The process that searches the audit log for a worker: ``python -m vauban.storage.sqlite.searching DATABASE``.

Searches come in on standard input and go out on standard output, each as 4 bytes of length and a pickle; a few are
done at once. When the worker is gone, so is the input, and this ends with whatever it was doing.
"""

import os
import pickle
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from vauban.storage.sqlite.searches import PREFIX, search

AT_ONCE = 4
NICENESS = 10


def main(path: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    writing = threading.Lock()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="search")
    while asked := _read(sys.stdin.buffer):
        pool.submit(_answer, path, asked, answers, writing)
    os._exit(0)


def _read(stream: BinaryIO) -> bytes:
    """The next message; nothing at the end."""
    prefix = stream.read(PREFIX)
    return stream.read(int.from_bytes(prefix, "big")) if len(prefix) == PREFIX else b""


def _answer(path: Path, asked: bytes, answers: BinaryIO, writing: threading.Lock) -> None:
    number, function, arguments = pickle.loads(asked)
    try:
        body = pickle.dumps((number, None, search(path, function, *arguments)))
    except Exception as fault:  # noqa: BLE001 - it is raised again where the search was asked for
        body = _told(number, fault)
    with writing:
        answers.write(len(body).to_bytes(PREFIX, "big") + body)
        answers.flush()


def _told(number: Any, fault: Exception) -> bytes:
    """Some exceptions cannot be carried; their words can."""
    try:
        body = pickle.dumps((number, fault, None))
        pickle.loads(body)
    except Exception:  # noqa: BLE001 - whatever it was, the words are told instead
        return pickle.dumps((number, RuntimeError(repr(fault)), None))
    return body


if __name__ == "__main__":
    main(Path(sys.argv[1]))
