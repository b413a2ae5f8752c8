"""What tests of several rooms share."""

import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def botocore_source() -> Path:
    """botocore's source distribution, of the version installed, unpacked: its tests hold AWS's own vectors."""
    return unpacked_botocore()


def unpacked_botocore() -> Path:
    """Fetched once and kept in the user's cache directory; whole or not there at all."""
    installed = version("botocore")
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vauban-tests"
    unpacked = root / f"botocore-{installed}"
    if not (unpacked / "tests").is_dir():
        fetch_botocore(installed, root)
    return unpacked


def fetch_botocore(installed: str, root: Path) -> None:
    staging = root / f".fetching-{os.getpid()}"
    staging.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
    subprocess.run([*command, "--dest", str(staging), f"botocore=={installed}"], check=True)
    with tarfile.open(staging / f"botocore-{installed}.tar.gz") as archive:
        archive.extractall(staging, filter="data")
    try:
        (staging / f"botocore-{installed}").rename(root / f"botocore-{installed}")
    except OSError:
        # Another worker was faster.
        assert (root / f"botocore-{installed}" / "tests").is_dir()
