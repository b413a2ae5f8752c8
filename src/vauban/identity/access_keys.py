"""Access keys: how a caller is known."""

import base64
import secrets
from datetime import datetime
from typing import Literal

from vauban.kernel.records import Scope, record, secret


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


def new_access_key_id() -> str:
    """``AKIA`` and 16 characters of base32, as AWS makes them."""
    return "AKIA" + base64.b32encode(secrets.token_bytes(10)).decode()


def new_secret_access_key() -> bytes:
    """40 characters of base64: 240 random bits."""
    return base64.b64encode(secrets.token_bytes(30))
