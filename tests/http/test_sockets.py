import os
import socket
import stat

import pytest

from vauban.http.sockets import bind_tcp, bind_unix


def test_processes_may_share_a_port():
    with bind_tcp("127.0.0.1", 0, shared=True) as first:
        port = first.getsockname()[1]
        with bind_tcp("127.0.0.1", port, shared=True) as second:
            assert second.getsockname()[1] == port


def test_a_port_that_is_taken_is_refused():
    with bind_tcp("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(OSError):
            bind_tcp("127.0.0.1", first.getsockname()[1])


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_hosts_are_of_either_family(host, family):
    with bind_tcp(host, 0) as listener:
        assert listener.family == family


def test_a_unix_socket_is_its_owners_alone(tmp_path):
    path = tmp_path / "admin.sock"
    before = os.umask(0)
    try:
        with bind_unix(str(path)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        assert os.umask(before) == 0


def test_a_unix_socket_that_nobody_listens_on_is_replaced(tmp_path):
    path = str(tmp_path / "admin.sock")
    bind_unix(path).close()
    bind_unix(path).close()


def test_a_unix_socket_that_is_in_use_is_not(tmp_path):
    path = str(tmp_path / "admin.sock")
    with bind_unix(path) as first:
        first.listen()
        with pytest.raises(OSError, match="another process"):
            bind_unix(path)


def test_a_file_is_never_replaced(tmp_path):
    path = tmp_path / "data"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        bind_unix(str(path))
    assert path.read_text() == "precious"
