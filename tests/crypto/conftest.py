"""The other sides: OpenSSL's command line, SoftHSM, and the vectors of NIST and the RFCs that `cryptography` ships."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import cryptography_vectors
import pytest

from vauban.crypto.seals.settings import SealSettings

from ..debian import install

Vector = dict[str, str]


@pytest.fixture(scope="session")
def openssl() -> Callable[..., bytes]:
    """Run the ``openssl`` command; CalledProcessError where it refuses."""
    if shutil.which("openssl") is None:
        install("openssl")

    def run(*arguments: object, input: bytes = b"") -> bytes:
        command = ["openssl", *(str(argument) for argument in arguments)]
        return subprocess.run(command, input=input, check=True, capture_output=True).stdout

    return run


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Iterator[Vector]]:
    """Read a CAVS file of the ``cryptography-vectors`` package: ``name = value`` lines, in groups, under sections."""

    def read(path: str) -> Iterator[Vector]:
        shared: Vector = {}
        group: Vector = {}
        for line in (Path(cryptography_vectors.__file__).parent / path).read_text().splitlines():
            if line.startswith("["):
                shared = {"section": line.strip("[]")}
            elif " = " in line:
                name, _, value = line.partition(" = ")
                group[name.strip()] = value.strip()
            elif group and not line.strip():
                yield shared | group
                shared |= {name: value for name, value in group.items() if name in "nN"}
                group = {}
        if group:
            yield shared | group

    return read


@pytest.fixture(scope="session")
def known_answers() -> Callable[[str], Iterator[Vector]]:
    """Read a file of NIST's known answers: ``name = value`` lines, each answer from its ``count`` on."""

    def read(path: str) -> Iterator[Vector]:
        text = (Path(cryptography_vectors.__file__).parent / path).read_text()
        for answer in text.split("count = ")[1:]:
            pairs = (line.partition(" = ") for line in answer.splitlines()[1:] if line)
            yield {name: value for name, _, value in pairs}

    return read


@pytest.fixture(scope="session")
def softhsm(tokens: Path) -> SealSettings:
    """Settings of a SoftHSM token made for this session: label ``vauban-test``, PIN ``1234``."""
    return SealSettings("pkcs11", pkcs11_module=str(tokens), pkcs11_token="vauban-test", pkcs11_pin="1234")
