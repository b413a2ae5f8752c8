"""PostgreSQL, MariaDB and Redis of a test's own, from Debian's packages, as a user without privileges.

Each is `at` ``{"host", "port"}`` (TCP, with TLS for who wants it) and has an administrator of name ``admin``.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pg8000.native

from vauban.crypto.certificates import self_signed

from .debian import install

PASSWORD = "the administrator's"
HOST = "localhost"
SECONDS = 60
USER = "nobody"


class DatabaseServer:
    """One server on a port of its own, in a directory that goes with it."""

    package: str
    command: str
    engine: str

    def __init__(self) -> None:
        self.program = self._installed()
        self.place = Path(tempfile.mkdtemp(prefix="vauban-"))
        self.place.chmod(0o755)
        self.ca = self.place / "chain.pem"
        chain, key = self_signed([HOST])
        self.ca.write_bytes(chain)
        (self.place / "key.pem").write_bytes(key)
        (self.place / "key.pem").chmod(0o600)
        self.data = self.place / "data"
        self.data.mkdir(mode=0o700)
        self._hand_over()
        self.at: dict[str, Any] = {"engine": self.engine, "host": HOST, "port": _free_port()}
        self.admin = {**self.at, "username": "admin", "password": PASSWORD}
        self._prepare()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._log = (self.place / "log").open("ab")
        self._process = subprocess.Popen(
            [self.program, *self._options()], stdout=self._log, stderr=self._log, cwd=self.place, **_as_nobody()
        )
        until = time.monotonic() + SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.place / "log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=SECONDS)
        self._log.close()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.place)

    def _prepare(self) -> None:
        """What is done once, before the first start."""

    def _options(self) -> list[str]:
        raise NotImplementedError

    def _run(self, *command: object, input: str = "") -> None:
        words = [str(word) for word in command]
        subprocess.run(
            words,
            input=input.encode(),
            check=True,
            capture_output=True,
            timeout=SECONDS,
            cwd=self.place,
            **_as_nobody(),
        )

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.at["port"])) == 0

    def _installed(self) -> str:
        """The server's program, from Debian where it is not there."""
        program = self._program()
        if program is None:
            install(self.package)
            program = self._program()
        assert program is not None, f"{self.package} has no {self.command}"
        return program

    def _program(self) -> str | None:
        return shutil.which(self.command, path=f"{os.environ['PATH']}:/usr/sbin")

    def _hand_over(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            for each in (self.place, *self.place.iterdir()):
                os.chown(each, user.pw_uid, user.pw_gid)


def connected(value: dict[str, Any]) -> pg8000.native.Connection:
    """A connection of the user to PostgreSQL that the value of a secret names. Raises DatabaseError."""
    return pg8000.native.Connection(
        value["username"],
        host=value["host"],
        port=value["port"],
        database=value["dbname"],
        password=value["password"],
    )


class PostgreSQL(DatabaseServer):
    package, command, engine = "postgresql", "postgres", "postgres"

    def _program(self) -> str | None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return str(found[-1]) if found else None

    def _prepare(self) -> None:
        password = self.place / "password"
        password.write_text(PASSWORD)
        self.admin["dbname"] = "postgres"
        initdb = Path(self.program).with_name("initdb")
        options = ("--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
        self._run(initdb, "-D", self.data, "-U", "admin", f"--pwfile={password}", *options)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": self.at["port"],
            "unix_socket_directories": self.place,
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": self.ca,
            "ssl_key_file": self.place / "key.pem",
            "log_statement": "all",
        }
        return ["-D", str(self.data), *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]

    def _answers(self) -> bool:
        command = [Path(self.program).with_name("pg_isready"), "-q", "-h", HOST, "-p", str(self.at["port"])]
        return subprocess.run(command, check=False).returncode == 0


class MariaDB(DatabaseServer):
    package, command, engine = "mariadb-server", "mariadbd", "mariadb"

    def _prepare(self) -> None:
        self._run(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )
        account = "'admin'@'%'"
        self._run(
            self.program,
            "--no-defaults",
            "--bootstrap",
            f"--datadir={self.data}",
            input="FLUSH PRIVILEGES;\n"
            f'CREATE USER {account} IDENTIFIED BY "{PASSWORD}";\n'
            f"GRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION;\n",
        )

    def _options(self) -> list[str]:
        return [
            "--no-defaults",
            f"--datadir={self.data}",
            f"--socket={self.place}/socket",
            f"--pid-file={self.place}/pid",
            f"--port={self.at['port']}",
            "--bind-address=127.0.0.1",
            f"--ssl-cert={self.ca}",
            f"--ssl-key={self.place}/key.pem",
            "--innodb-flush-log-at-trx-commit=0",
        ]


class RedisServer(DatabaseServer):
    package, command, engine = "redis-server", "redis-server", "redis"

    def _prepare(self) -> None:
        self.at["ssl"] = self.admin["ssl"] = False
        self.users = self.place / "users.acl"
        self.users.write_text(f"user default off\nuser admin on #{sha256(PASSWORD.encode()).hexdigest()} ~* &* +@all\n")
        self._hand_over()

    def _options(self) -> list[str]:
        return [
            *("--bind", "127.0.0.1", "--port", str(self.at["port"]), "--dir", str(self.place)),
            *("--aclfile", str(self.users), "--save", ""),
        ]


def _as_nobody() -> dict[str, Any]:
    """As Popen wants it: servers of databases do not run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": [], "env": {**os.environ, "HOME": "/tmp"}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
