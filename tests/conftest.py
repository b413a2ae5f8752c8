"""What tests of several rooms share."""

import asyncio
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from .softhsm import LIBRARY, tokens_in

settings.register_profile("vauban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vauban")
"""How fast a machine is says nothing of what it runs."""


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
            validator(shape)(as_modelled(result or {}, shape))
        except AwsError as error:
            raise AssertionError(f"{route.operation.name} answers what its model does not have: {error}") from None
        return result

    monkeypatch.setattr(Attempt, "perform", checked)


def as_modelled(value: object, shape: Any) -> object:
    """Where AWS answers otherwise than its model says, what the model would have."""
    if isinstance(value, list) and shape is not None:
        return [as_modelled(each, shape.member) for each in value]
    if not isinstance(value, dict) or shape is None or shape.type != "structure" or shape.document:
        return value
    # AWS answers empty lists where its model wants at least one element, and descriptions of nothing.
    left = {
        key: as_modelled(each, shape.members.get(key))
        for key, each in value.items()
        if key not in UNMODELLED and not (_is_empty(key, each) and shape.members[key].min)
    }
    # An MD5 fingerprint has 47 characters, of which the model makes 48.
    if "Fingerprint" in left:
        left["Fingerprint"] = left["Fingerprint"].ljust(48, ":")
    # Names of secrets that a service owns have a "!" in them.
    if "SecretArn" in left:
        left["SecretArn"] = left["SecretArn"].replace("!", "-")
    # Of root, IAM tells neither name nor path, and an id of 12 digits.
    is_root = str(value.get("Arn", "")).endswith(":root") and "UserId" in value
    return {**left, "UserName": "root", "Path": "/", "UserId": "0" * 16} if is_root else left


def _is_empty(name: str, value: object) -> bool:
    return value == [] or (name == "Description" and value == "")


UNMODELLED = ("CustomerMasterKeySpec", "PermissionsBoundaryType", "SourcePolicyType")
"""No new key specs under KMS's deprecated name for them; boundaries and simulated policies go by other words."""


TOKENS = {"vauban-test": "1234", "cluster": "the crypto user"}
"""Labels and PINs of the tokens there are; SoftHSM sees those that are there when it is first loaded."""


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SoftHSM's library, with ``TOKENS`` of this session's own."""
    variables = tokens_in(tmp_path_factory.mktemp("softhsm"), TOKENS)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield LIBRARY


HOST = "xks.example.com"


class Served:
    """An application behind HTTPS on a port of its own, with a certificate for ``HOST``."""

    def __init__(self, application: Any, directory: Path):
        from vauban.crypto.certificates import self_signed
        from vauban.http.limits import Limits
        from vauban.http.servers import Server
        from vauban.http.sockets import bind_tcp
        from vauban.http.tls import server_context

        self.host = HOST
        self.ca = str(directory / "chain.pem")
        chain, key = self_signed([HOST])
        Path(self.ca).write_bytes(chain)
        (directory / "key.pem").write_bytes(key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listener = bind_tcp("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        tls = server_context(self.ca, str(directory / "key.pem"))

        async def start() -> Server:
            server = Server(application, Limits())
            await server.listen(listener, tls)
            return server

        self._server = self._wait(start())

    def close(self) -> None:
        self._wait(self._server.drain(0))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], Served]]:
    """Put an application behind HTTPS, for as long as the tests last."""
    served: list[Served] = []

    def serve(application: Any) -> Served:
        served.append(Served(application, tmp_path_factory.mktemp("served")))
        return served[-1]

    yield serve
    for each in served:
        each.close()


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
