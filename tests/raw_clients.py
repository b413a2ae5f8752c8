"""A client that says what it likes, byte by byte."""

import socket
from contextlib import suppress


class Client:
    """A raw connection."""

    def __init__(self, connection: socket.socket):
        self.socket = connection
        self.buffer = b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        with suppress(ConnectionError):
            self.socket.sendall(data)

    def end(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def until(self, mark: bytes) -> bytes:
        """What is said up to and with ``mark``."""
        while mark not in self.buffer:
            data = self.socket.recv(65536)
            assert data, f"closed before {mark!r} after {self.buffer!r}"
            self.buffer += data
        end = self.buffer.index(mark) + len(mark)
        said, self.buffer = self.buffer[:end], self.buffer[end:]
        return said

    def rest(self) -> bytes:
        """What is said until the server closes."""
        while data := self._receive():
            self.buffer += data
        said, self.buffer = self.buffer, b""
        return said

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""
