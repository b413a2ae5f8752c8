"""Stands between Vauban and a function's processes: a program of its own, run as a file, which imports nothing of
vauban. What to run comes as JSON on standard input: it holds credentials, and arguments can be read by anybody.

A function sees a root of its own: the system's programs and libraries, its code, a ``/tmp``, nothing of the host's
else. It runs as a user that owns nothing, in namespaces of its own; with the launcher, all of its processes end.

Source: unshare(2), mount_namespaces(7), pid_namespaces(7), user_namespaces(7), prctl(2).
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/ssl", "/etc/ld.so.cache", "/etc/resolv.conf", "/etc/hosts")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_NO_PROGRAM = 127
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    told = json.load(sys.stdin)
    # A parent that died before it was asked for sends no signal.
    if os.getppid() != told["parent"]:
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if told["memory_group"]:
        Path(told["memory_group"]).write_text(str(os.getpid()))
    _leave_namespaces()
    life, held = os.pipe()
    first = os.fork()
    if first:
        _end_as(os.waitpid(first, 0)[1])
    os.close(held)
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if select.select([life], [], [], 0)[0]:
        os._exit(1)
    os.close(life)
    _enter_root(told)
    function = os.fork()
    if not function:
        _become_function(told)
    while True:
        ended, status = os.wait()
        if ended == function:
            _end_as(status)


def _leave_namespaces() -> None:
    user, group = os.geteuid(), os.getegid()
    flags = _NEW_MOUNTS | _NEW_PIDS | _NEW_IPC
    _check(_libc.unshare(flags if user == 0 else flags | _NEW_USER))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _enter_root(told: dict) -> None:
    """A root of mounts: what is not bound there does not exist."""
    root = told["root"]
    _check(_libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None))
    _mount("tmpfs", root, "tmpfs", _NO_SUID | _NO_DEVICES, "size=1m,mode=755")
    # Before what is shown: the host's Python may itself be somewhere in /tmp.
    for name, size in (("/tmp", told["temporary_mb"]), ("/dev/shm", told["shared_mb"])):
        os.makedirs(root + name, exist_ok=True)
        _mount("tmpfs", root + name, "tmpfs", _NO_SUID | _NO_DEVICES, f"size={size}m,mode=1777")
    shown = [(each, each) for each in (*_SYSTEM, *told["shown"]) if os.path.exists(each)]
    for source, target in (*shown, *told["bound"]):
        _bind(source, root + target)
    for each in _DEVICES:
        _bind(each, root + each, writable=True)
    os.makedirs(root + "/proc")
    if os.geteuid() == 0:
        _mount("proc", root + "/proc", "proc", _NO_SUID | _NO_DEVICES, "hidepid=2")
    _mount("none", root, "", _REMOUNT | _READ_ONLY | _NO_SUID | _NO_DEVICES, "size=1m,mode=755")
    os.chroot(root)
    os.chdir("/")


def _bind(source: str, target: str, *, writable: bool = False) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    _mount(source, target, "", _BIND, "")
    if not writable:
        _mount("none", target, "", _REMOUNT | _BIND | _READ_ONLY | _NO_SUID, "")


def _become_function(told: dict) -> None:
    for name, most in told["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(told["user"], told["user"], told["user"])
        os.setresuid(told["user"], told["user"], told["user"])
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    os.chdir("/var/task")
    try:
        os.execve(told["program"][0], told["program"], told["environment"])
    except OSError:
        os._exit(_NO_PROGRAM)


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    _check(_libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()))


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _end_as(status: int) -> None:
    """Tell how the function's process ended: by 128 and the number where it was a signal, as shells do."""
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
