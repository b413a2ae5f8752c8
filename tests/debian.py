"""Debian's packages that tests drive: installed where they are missing, by one process at a time."""

import fcntl
import os
import subprocess
import tempfile
from pathlib import Path

_LOCK = Path(tempfile.gettempdir()) / f"vauban-tests-{os.getuid()}.lock"


def install(*packages: str) -> None:
    """Install packages, with newer lists where those at hand do not do. Raises CalledProcessError."""
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            _apt_get("install", *packages)
        except subprocess.CalledProcessError:
            _apt_get("update")
            _apt_get("install", *packages)


def _apt_get(*words: str) -> None:
    command = ["apt-get", "--yes", "--quiet", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", *words]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
