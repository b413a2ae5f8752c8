"""What a database is to the techniques that rotate the passwords of its users."""

import ssl
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Value = dict[str, Any]
Connection = TypeVar("Connection")

SECONDS = 5
"""How long a database may take to answer a connection."""


class Database(Protocol):
    engines: tuple[str, ...]
    """What the secret's `engine` may be."""
    longest_name: int
    """Characters of a user's name."""

    def accepts(self, user: Value) -> bool:
        """Whether this value logs in. Raises where the database cannot be asked."""

    def change_password(self, user: Value, password: str) -> None:
        """Log in by this value and give its user another password."""

    def put_clone(self, admin: Value, user: Value, clone: Value) -> None:
        """Have ``clone``'s user, with its password and all that ``user`` may do."""


def require_fit(database: Database, value: Value) -> Value:
    """Raises KeyError or ValueError unless the value says how to log in to this kind of database."""
    if not isinstance(value, dict):
        raise ValueError("The secret is not a JSON object")
    for key in ("host", "username", "password"):
        if not value.get(key):
            raise KeyError(f"{key} key is missing from secret JSON")
        if not isinstance(value[key], str):
            raise ValueError(f"{key} key of secret JSON is not a string")
    if value.get("engine") not in database.engines:
        raise ValueError(f"Database engine must be set to one of {', '.join(database.engines)}")
    return value


def require_same(before: Value, after: Value, *keys: str) -> None:
    """Raises ValueError unless both are of the same host (and user): a password goes nowhere else."""
    for key in keys:
        if before.get(key) != after.get(key):
            raise ValueError(f"The {key} of the pending value is not that of the current one")


def connected(value: Value, connect: Callable[[ssl.SSLContext | None], Connection]) -> Connection:
    """Over TLS where `ssl` is true, never where it is false; where nothing is said, over TLS if that can be had.

    Certificates are verified against the system's authorities, or those in the file that SSL_CERT_FILE names.
    """
    wanted = value.get("ssl")
    if isinstance(wanted, str):
        wanted = {"true": True, "false": False}.get(wanted.lower())
    if wanted is False:
        return connect(None)
    try:
        return connect(ssl.create_default_context())
    except Exception:
        if wanted:
            raise
    return connect(None)
