"""IAM users, and what is attached to them."""

import base64
import secrets
from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.kernel.records import Scope, record


@record("identity:User", id="name", scope=Scope.ACCOUNT)
class User:
    account: str
    name: str
    user_id: str
    """``AIDA…``: never used again for another user of the same name."""
    created: datetime
    path: str = "/"
    policies: dict[str, str] = field(default_factory=dict)
    """Inline identity policies: name -> document."""
    boundary: str | None = None
    """The permissions boundary's document."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:user{self.path}{self.name}"


def new_user_id() -> str:
    """``AIDA`` and 17 characters of base32."""
    return "AIDA" + base64.b32encode(secrets.token_bytes(11)).decode()[:17]
