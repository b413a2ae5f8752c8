"""Hosts that do whatever they like."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from vauban.crypto.certificates import self_signed
from vauban.http.tls import server_context
from vauban.outside import https
from vauban.outside.https import Busy, Https, Malformed, TimedOut, Unreachable

HOST = "host.example.com"
PLENTY = 20.0
WELL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Behave = Callable[[ssl.SSLSocket], None]


class Host:
    """Accepts connections, and does with each as it is told to."""

    def __init__(self, directory: Path):
        chain, key = self_signed([HOST])
        self.ca = str(directory / "chain.pem")
        Path(self.ca).write_bytes(chain)
        (directory / "key.pem").write_bytes(key)
        self._context = server_context(self.ca, str(directory / "key.pem"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.behave: Behave = answer
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def client(self, seconds: float = PLENTY) -> Https:
        return Https(self.ca, {HOST: ("127.0.0.1", self.port)}, seconds)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError), self._context.wrap_socket(plain, server_side=True) as connection:
            self.behave(connection)


def answer(connection: ssl.SSLSocket) -> None:
    """Well, to everything."""
    while connection.recv(65_536):
        connection.sendall(WELL)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    made.close()


def post(client: Https) -> tuple[int, bytes]:
    return client.post(HOST, "/", {"X-Test": "1"}, b"{}")


def test_a_connection_is_used_again(host):
    client = host.client()
    assert [post(client) for _ in range(3)] == [(200, b"{}")] * 3
    assert host.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(host):
    def once(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        connection.sendall(WELL)

    host.behave = once
    client = host.client()
    assert [post(client) for _ in range(3)] == [(200, b"{}")] * 3
    assert host.connections == 3


def test_chunks_are_put_together(host):
    def chunked(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        for part in (
            b"HTTP/1.1 404 Not",
            b" Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
            b"\r\n1\r\n}\r\n0\r\n\r\n",
        ):
            connection.sendall(part)

    host.behave = chunked
    assert post(host.client()) == (404, b"{}")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"junk\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_malformed(said, host):
    def talk(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        connection.sendall(said)

    host.behave = talk
    with pytest.raises(Malformed):
        post(host.client())


def test_a_body_without_end_is_cut_off(host):
    def endless(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 10_000)

    host.behave = endless
    with pytest.raises(Malformed):
        post(host.client())


def test_a_host_that_sends_a_byte_now_and_then_is_given_up(host):
    done = threading.Event()

    def drip(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        for byte in WELL * 1000:
            if done.wait(0.05):
                return
            connection.sendall(bytes([byte]))

    host.behave = drip
    with pytest.raises(TimedOut):
        post(host.client(seconds=0.5))
    done.set()


def test_nobody_is_there(host):
    host.close()
    client = Https(host.ca, {HOST: ("127.0.0.1", 1)}, PLENTY)
    with pytest.raises(Unreachable):
        post(client)


def test_a_slow_host_takes_no_more_than_its_share(host):
    go_on, waiting = threading.Event(), threading.Semaphore(0)

    def wait(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        waiting.release()
        go_on.wait(PLENTY)
        connection.sendall(WELL)

    host.behave = wait
    client, answers = host.client(), []
    threads = [threading.Thread(target=lambda: answers.append(post(client))) for _ in range(https.MOST_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        waiting.acquire(timeout=PLENTY)
    with pytest.raises(Busy):
        post(client)
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [(200, b"{}")] * https.MOST_AT_ONCE
