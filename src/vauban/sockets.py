"""Where a server's admin socket is: in a directory of its owner's, under a name made from what it serves."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

_LONGEST_PATH = 103
"""In bytes: of ``sockaddr_un``, on macOS; Linux has four more."""


def admin_socket(data: str, port: int) -> Path:
    """The socket of the server of a data directory (or of `memory` on a port), its directory made owner-only.

    Raises OSError where somebody else made that directory first, or its path is too long for a socket.
    """
    served = f"memory:{port}" if data == "memory" else os.path.realpath(data)
    path = owned_directory() / f"{hashlib.sha256(served.encode()).hexdigest()[:24]}.sock"
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise OSError(f"{path.parent} is too long for sockets in it: set XDG_RUNTIME_DIR to a shorter directory")
    return path


def edge_sockets(data: str, port: int, processes: int) -> list[str]:
    """The sockets of the processes of the edge, beside the admin socket."""
    admin = admin_socket(data, port)
    return [str(admin.with_name(f"{admin.stem}.e{number}")) for number in range(processes)]


def owned_directory() -> Path:
    """A directory for what lives as long as this machine runs, that nobody else may open."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    directory = Path(runtime, "vauban") if runtime else Path(tempfile.gettempdir(), f"vauban-{os.getuid()}")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(f"{directory} must be a directory that only you can open (mode 0700)")
    return directory
