"""Secrets Manager in process, whose rotation function is a ready rotator; the databases are real."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vauban.testing import InProcess

from ..databases import DatabaseServer, MariaDB, PostgreSQL, RedisServer
from ..services.secretsmanager.rotation_functions import ARN, install

PASSWORD = "the first"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    yield from running(PostgreSQL())


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    yield from running(MariaDB())


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    yield from running(RedisServer())


def running(server: DatabaseServer) -> Iterator[Any]:
    yield server
    server.close()


class Rotating:
    """A secret, and the function that rotates it."""

    def __init__(self, vauban: InProcess, handle: Callable[..., None], value: dict[str, Any]):
        self.client = vauban.client("secretsmanager")
        self.steps: list[str] = []
        self.failures: list[Exception] = []
        self._vauban = vauban
        self._handle = handle
        install(vauban, self._answer)
        self.client.create_secret(Name="db", SecretString=json.dumps(value))

    def rotate(self) -> dict[str, Any]:
        """Rotate it, and say what it is then."""
        self.begin()
        if self.failures:
            raise self.failures[-1]
        return self.value()

    def begin(self) -> None:
        self.failures.clear()
        self.client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
        self._vauban.advance(seconds=50)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        return json.loads(self.client.get_secret_value(SecretId="db", VersionStage=stage)["SecretString"])

    def _answer(self, event: dict[str, Any]) -> None:
        """Each step twice, as Lambda may."""
        self.steps.append(event["Step"])
        try:
            self._handle(event, None, self.client)
            self._handle(event, None, self.client)
        except Exception as error:
            self.failures.append(error)
            raise


@pytest.fixture
def rotating(vauban: InProcess) -> Callable[[Callable[..., None], dict[str, Any]], Rotating]:
    return lambda handle, value: Rotating(vauban, handle, value)


def a_secret(vauban: InProcess, value: dict[str, Any]) -> str:
    """The ARN of a secret of an administrator."""
    return vauban.client("secretsmanager").create_secret(Name="admin", SecretString=json.dumps(value))["ARN"]
