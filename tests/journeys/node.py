"""Packages of npm for Node.js, fetched once into the user's cache directory."""

import os
import shutil
import subprocess
from pathlib import Path

from ..debian import install


def node_modules(name: str, package: str) -> Path:
    """`node_modules` with a package and all that it needs, under a name of its own; whole or not there at all."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vauban-tests"
    kept = root / f"javascript-{name}"
    if not kept.is_dir():
        if shutil.which("npm") is None:
            install("nodejs", "npm")
        staging = root / f".fetching-{name}-{os.getpid()}"
        staging.mkdir(parents=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(staging), package]
        subprocess.run(command, check=True, capture_output=True)
        try:
            staging.rename(kept)
        except OSError:
            # Another worker was faster.
            shutil.rmtree(staging)
    return kept / "node_modules"
