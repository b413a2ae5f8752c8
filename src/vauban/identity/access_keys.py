"""Access keys: how a caller is known."""

import base64
import secrets
from datetime import datetime
from typing import Literal

from vauban.kernel.records import Scope, record, secret

_ACCOUNT_BITS = (1 << 40) - 1
_ACCOUNT_SHIFT = 39
"""Where the account's number stands in the 80 bits of an access key id; the bit above it is always set."""


@record("identity:AccessKey", id="access_key_id", scope=Scope.GLOBAL, indexes={"owner": "owner"})
class AccessKey:
    access_key_id: str
    account: str
    created: datetime
    secret_access_key: bytes = secret()
    user_name: str = ""
    """Whose key it is; ``""`` is the account's root user."""
    status: Literal["Active", "Inactive"] = "Active"

    @property
    def owner(self) -> str:
        return f"{self.account}/{self.user_name}"


def new_access_key_id(account: str = "", prefix: str = "AKIA") -> str:
    """``AKIA`` (``ASIA`` for sessions) and 16 characters of base32 that tell the account, as AWS's do."""
    random = int.from_bytes(secrets.token_bytes(10))
    if account:
        random = random & ~(_ACCOUNT_BITS << _ACCOUNT_SHIFT) | int(account) << _ACCOUNT_SHIFT
    return prefix + base64.b32encode((random | 1 << 79).to_bytes(10)).decode()


def account_of_key(access_key_id: str) -> str:
    """The account that an access key id tells: 12 digits. Raises ValueError for what is no access key id."""
    if len(access_key_id) != 20:
        raise ValueError("an access key id has 20 characters")
    number = int.from_bytes(base64.b32decode(access_key_id[4:]))
    return f"{number >> _ACCOUNT_SHIFT & _ACCOUNT_BITS:012}"


def new_secret_access_key() -> bytes:
    """40 characters of base64: 240 random bits."""
    return base64.b64encode(secrets.token_bytes(30))
