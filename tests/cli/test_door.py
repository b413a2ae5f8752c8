"""What a command says of a door that answers otherwise than the server would."""

import argparse
import socket
import threading

import pytest

from vauban.cli import door
from vauban.cli.main import CommandFailed
from vauban.sockets import admin_socket


@pytest.fixture
def answered_by(short_path, tmp_path, monkeypatch):
    """Have these bytes for the answer of whoever is behind the door, and ask."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_path))
    given = argparse.Namespace(data=str(tmp_path / "data"), port=None)

    def ask(answer: bytes):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(admin_socket(given.data, 4566)))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return door.ask(given, "GET", "status")
        finally:
            thread.join()
            listener.close()

    return ask


def http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def test_an_answer_is_data(answered_by):
    assert answered_by(http(200, b'{"sealed": false}')) == {"sealed": False}


def test_a_refusal_is_told_in_the_servers_words(answered_by):
    with pytest.raises(CommandFailed, match="this server runs on the wall clock"):
        answered_by(http(400, b'{"message": "this server runs on the wall clock"}'))


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", http(500, b"oops"), http(200, b"oops"), http(500, b"[]")])
def test_an_answer_that_is_none_is_said_so(answered_by, answer):
    with pytest.raises(CommandFailed, match="the server"):
        answered_by(answer)


def test_where_there_can_be_no_socket_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 100)))
    with pytest.raises(CommandFailed, match="shorter directory"):
        door.ask(argparse.Namespace(data="memory", port=None), "GET", "status")
