"""Memory of all of a function's processes together, bounded where the host lets it be.

Source: cgroups(7), versions 1 and 2.
"""

import os
import secrets
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

_KINDS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)
"""Where groups are made, and the file that takes their limit: of version 1, and of version 2."""

_LOOKS, _SECONDS_BETWEEN_LOOKS = 100, 0.01


class MemoryGroup:
    """A group that processes enter by writing themselves into ``door``; what is in it comes with them."""

    def __init__(self, most_bytes: int):
        """Raises OSError."""
        root, limit = _kind()
        self._path = root / f"vauban-{os.getpid()}-{secrets.token_hex(8)}"
        self._path.mkdir()
        (self._path / limit).write_text(str(most_bytes))

    @property
    def door(self) -> str:
        return str(self._path / "cgroup.procs")

    def close(self) -> None:
        """Once its processes have been killed: until the last of them is gone, there is no closing it."""
        for _ in range(_LOOKS):
            try:
                self._path.rmdir()
            except OSError:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            else:
                return


@cache
def bounds() -> bool:
    """Whether there are such groups here. Those of processes that were killed are cleared away."""
    try:
        root, _ = _kind()
        MemoryGroup(2**30).close()
    except OSError:
        return False
    for each in root.glob("vauban-*-*"):
        if not Path(f"/proc/{each.name.split('-')[1]}").exists():
            with suppress(OSError):
                each.rmdir()
    return True


def _kind() -> tuple[Path, str]:
    """The version whose memory controller is at work. Raises FileNotFoundError."""
    (first, limit), (second, newer) = _KINDS
    if (first / limit).exists():
        return first, limit
    if "memory" in (second / "cgroup.subtree_control").read_text().split():
        return second, newer
    raise FileNotFoundError(second)
