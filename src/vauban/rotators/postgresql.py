"""PostgreSQL 10 and later. Handlers: ``single_user``, ``alternating_users``."""

import ssl
from base64 import b64encode

from pg8000.exceptions import DatabaseError
from pg8000.native import Connection, identifier, literal
from scramp import ScramMechanism

from vauban.rotators.alternating_users import AlternatingUsers
from vauban.rotators.databases import SECONDS, Value, connected
from vauban.rotators.single_user import SingleUser
from vauban.rotators.steps import handler

WRONG_PASSWORD = ("28P01", "28000")
"""SQLSTATE of class "Invalid Authorization Specification"."""


class PostgreSQL:
    engines = ("postgres", "aurora-postgresql")
    longest_name = 63

    def accepts(self, user: Value) -> bool:
        try:
            connection = _connection(user)
        except DatabaseError as error:
            if error.args[0].get("C") in WRONG_PASSWORD:
                return False
            raise
        connection.run("SELECT 1")
        connection.close()
        return True

    def change_password(self, user: Value, password: str) -> None:
        connection = _connection(user)
        connection.run(f"ALTER ROLE {identifier(user['username'])} PASSWORD {literal(verifier(password))}")
        connection.close()

    def put_clone(self, admin: Value, user: Value, clone: Value) -> None:
        name = identifier(clone["username"])
        password = literal(verifier(clone["password"]))
        connection = _connection(admin)
        connection.run("BEGIN")
        if connection.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=clone["username"]):
            connection.run(f"ALTER ROLE {name} PASSWORD {password}")
        else:
            connection.run(f"CREATE ROLE {name} LOGIN PASSWORD {password}")
            connection.run(f"GRANT {identifier(user['username'])} TO {name}")
        connection.run("COMMIT")
        connection.close()


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (SCRAM-SHA-256): so the password itself is in no log of its statements."""
    salt, stored, server, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(password, iteration_count=4096)
    encoded = [b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def _connection(user: Value) -> Connection:
    def connect(tls: ssl.SSLContext | None) -> Connection:
        return Connection(
            user["username"],
            host=user["host"],
            port=int(user.get("port", 5432)),
            database=user.get("dbname", "postgres"),
            password=user["password"],
            timeout=SECONDS,
            ssl_context=tls or False,
        )

    return connected(user, connect)


single_user = handler(SingleUser(PostgreSQL()))
alternating_users = handler(AlternatingUsers(PostgreSQL()))
