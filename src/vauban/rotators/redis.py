"""Users of Redis 6 and later (and Valkey), by its access control lists. Handler: ``acl``.

A user has two passwords, the current one and the one before: at each moment a password works. Where the secret's
`masterarn` names another secret, its user changes the passwords; otherwise the user has to be allowed `+acl|setuser`.
"""

import ssl
from contextlib import suppress

from redis import Connection, Redis, SSLConnection
from redis.connection import ConnectionPool
from redis.exceptions import AuthenticationError, ResponseError

from vauban.rotators.databases import SECONDS, Value, connected, require_fit, require_same
from vauban.rotators.steps import handler
from vauban.rotators.versions import Versions


class Acl:
    engines = ("redis", "valkey")

    def create(self, versions: Versions) -> Value:
        return {**require_fit(self, versions.current), "password": versions.new_password()}

    def set(self, versions: Versions) -> None:
        current, pending = (require_fit(self, value) for value in (versions.current, versions.pending))
        if _accepts(pending):
            return
        require_same(current, pending, "host", "username")
        passwords = [f">{value['password']}" for value in (current, pending)]
        with _client(self._admin(versions, current)) as client:
            client.execute_command("ACL SETUSER", current["username"], "resetpass", *passwords)
            _keep(client)

    def test(self, versions: Versions) -> None:
        if not _accepts(require_fit(self, versions.pending)):
            raise ValueError(f"Unable to log into Redis with pending secret of secret ARN {versions.secret_id}")

    def _admin(self, versions: Versions, current: Value) -> Value:
        if not current.get("masterarn"):
            return current
        admin = require_fit(self, versions.of_other(current["masterarn"]))
        require_same(current, admin, "host")
        return admin


def _accepts(user: Value) -> bool:
    try:
        _client(user).close()
    except AuthenticationError:
        return False
    return True


def _keep(client: Redis) -> None:
    """In the file from which the server has its users; there may be none, and then none is kept over a restart."""
    try:
        client.execute_command("ACL SAVE")
    except ResponseError:
        with suppress(ResponseError):
            client.execute_command("CONFIG REWRITE")


def _client(user: Value) -> Redis:
    def connect(tls: ssl.SSLContext | None) -> Redis:
        over = (
            {"connection_class": SSLConnection, "ssl_check_hostname": True} if tls else {"connection_class": Connection}
        )
        client = Redis(
            connection_pool=ConnectionPool(
                host=user["host"],
                port=int(user.get("port", 6379)),
                username=user["username"],
                password=user["password"],
                socket_connect_timeout=SECONDS,
                socket_timeout=SECONDS,
                **over,
            )
        )
        client.connection_pool.get_connection().disconnect()
        return client

    return connected(user, connect)


acl = handler(Acl())
