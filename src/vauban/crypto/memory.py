"""What keeps this process's memory, and the keys in it, from the disk and from its neighbours.

CPython copies bytes as it pleases and cannot wipe them, so what is protected is the whole process, not one buffer.
"""

import ctypes
import os
import resource
import sys

PR_SET_DUMPABLE = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
CAP_IPC_LOCK = 14


def protect_process() -> tuple[str, ...]:
    """Do what this system allows, and say what holds: ``no-core-dumps``, ``not-dumpable``, ``locked``.

    ``not-dumpable`` also keeps debuggers of the same user out. Locks are not inherited: call it in every process.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = ["no-core-dumps"]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            held.append("not-dumpable")
        if _may_lock() and libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0:
            held.append("locked")
    return tuple(held)


def _may_lock() -> bool:
    """Whether memory may be locked without bound: under a bound, a later allocation would fail."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return soft == resource.RLIM_INFINITY or _has_capability(CAP_IPC_LOCK)


def _has_capability(number: int) -> bool:
    with open(f"/proc/{os.getpid()}/status") as status:
        effective = next(int(line.split()[1], 16) for line in status if line.startswith("CapEff:"))
    return bool(effective >> number & 1)
