"""The processes of a server: sealed or open, one writer, N workers; all for one.

The supervisor answers nothing. If a process of its ends unforeseen, it ends the others and starts all anew: whatever
was acknowledged is on disk, and nothing else is worth saving.
"""

import socket

from vauban.announcements import banner
from vauban.crypto.memory import protect_process
from vauban.http.sockets import bind_tcp
from vauban.server import Scratch
from vauban.settings import Settings
from vauban.worker import Housekeeping, Worker


class StartFailed(Exception):
    """The server cannot start; the message says what to do."""


def serve(settings: Settings) -> int:
    """Serve until told to stop; the exit status. Raises StartFailed."""
    if settings.scratch and settings.workers > 1:
        raise StartFailed("--data memory is one process: leave out --workers")
    protect_process()
    if settings.scratch:
        return _serve_scratch(settings)
    raise StartFailed("not yet")


def _listen(settings: Settings, count: int) -> list[socket.socket]:
    """``count`` sockets on one port, made before any process is: a restart refuses no connection."""
    try:
        probe = bind_tcp(settings.host, settings.port)
        port = probe.getsockname()[1]
        probe.close()
        return [bind_tcp(settings.host, port, shared=True) for _ in range(count)]
    except OSError as error:
        raise StartFailed(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}). Is it taken? Choose another --port."
        ) from None


def _serve_scratch(settings: Settings) -> int:
    (listener,) = _listen(settings, 1)

    async def open_vauban() -> Scratch:
        return Scratch(settings)

    announce = Housekeeping(settings, lambda facts: print(banner(settings, facts), flush=True))
    Worker(settings, listener).run(open_vauban, announce)
    return 0
