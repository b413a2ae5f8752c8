"""What tests of several rooms share."""

import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

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
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root) as staging:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
        subprocess.run([*command, "--dest", staging, f"botocore=={installed}"], check=True)
        with tarfile.open(Path(staging) / f"botocore-{installed}.tar.gz") as archive:
            archive.extractall(staging, filter="data")
        try:
            (Path(staging) / f"botocore-{installed}").rename(root / f"botocore-{installed}")
        except OSError:
            # Another worker was faster.
            assert (root / f"botocore-{installed}" / "tests").is_dir()
