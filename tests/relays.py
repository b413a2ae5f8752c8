"""Mail relays that tests start: real ones, of aiosmtpd's."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


@contextmanager
def relay(handler: Any, **options: Any) -> Iterator[int]:
    """A relay whose letters go to ``handler``; its port on localhost."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, "127.0.0.1", port, server_hostname="localhost", **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
