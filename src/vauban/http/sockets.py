"""Sockets to listen on."""

import os
import socket
import stat


def bind_tcp(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A TCP socket bound to ``host`` (a name or IPv4 or IPv6 address); port 0 picks one.

    ``shared`` lets several processes bind the same port and has the kernel spread connections over them
    (SO_REUSEPORT). Raises OSError where it cannot be bound.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def bind_unix(path: str) -> socket.socket:
    """A Unix socket that only its owner may connect to. One left behind by a process that is gone is replaced.

    Raises FileExistsError where ``path`` is something else, and OSError where another process listens on it.
    """
    _remove_abandoned(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(path)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def _remove_abandoned(path: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(f"{path} is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(path) == 0:
            raise OSError(f"another process listens on {path}")
    os.unlink(path)
