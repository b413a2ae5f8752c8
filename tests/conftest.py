"""What tests of several rooms share."""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(autouse=True)
def every_result_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a handler answers in this process must be what the model's output shape says."""
    from vauban.aws.validation import validator
    from vauban.gateway.attempts import Attempt
    from vauban.kernel.errors import AwsError

    perform = Attempt.perform

    def checked(attempt, call, route):
        result = perform(attempt, call, route)
        shape = route.model.output
        assert set(result or {}) <= set(shape.members if shape else {}), f"{route.operation.name} answers too much"
        try:
            validator(shape)(without_what_aws_excepts(result or {}))
        except AwsError as error:
            raise AssertionError(f"{route.operation.name} answers what its model does not have: {error}") from None
        return result

    monkeypatch.setattr(Attempt, "perform", checked)


def without_what_aws_excepts(value: object) -> object:
    """AWS lists no new key specs under KMS's deprecated name for them, and still answers it; and it answers empty lists
    where its model wants at least one element."""
    if isinstance(value, dict):
        return {
            key: without_what_aws_excepts(each)
            for key, each in value.items()
            if key != "CustomerMasterKeySpec" and each != []
        }
    return [without_what_aws_excepts(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory of the test's own whose path leaves room for the name of a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="vauban-") as directory:
        yield Path(directory)


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
            archive.extractall(staging, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        try:
            (Path(staging) / f"botocore-{installed}").rename(root / f"botocore-{installed}")
        except OSError:
            # Another worker was faster.
            assert (root / f"botocore-{installed}" / "tests").is_dir()
