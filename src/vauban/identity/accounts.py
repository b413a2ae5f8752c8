"""Accounts: whose everything is."""

import secrets
from dataclasses import field
from datetime import datetime
from typing import Literal

from vauban.kernel.principals import Principal
from vauban.kernel.records import Scope, record

Status = Literal["ACTIVE", "PENDING_CLOSURE", "SUSPENDED", "CLOSED"]


@record(
    "identity:Account",
    id="account",
    scope=Scope.GLOBAL,
    indexes={"organization": "organization_id", "parent": "parent_id", "address": "folded_address"},
)
class Account:
    """An account and its place in an organization; one that is in none has no ``organization_id``."""

    account: str
    """12 digits."""
    created: datetime
    number: int
    """The order of making, from 1; the first is the default one."""
    name: str = ""
    email: str = ""
    status: Status = "ACTIVE"
    billing_for_users: bool = True
    """Whether IAM users and roles, and not only root, may be let at billing information."""
    organization_id: str | None = None
    parent_id: str | None = None
    """The root or the organizational unit that it is in."""
    joined: datetime | None = None
    joined_method: Literal["", "CREATED", "INVITED"] = ""
    policies: tuple[str, ...] = ()
    """Ids of the organization's policies that are attached to the account itself."""
    tags: dict[str, str] = field(default_factory=dict)
    """Those it has in its organization: outside of one, accounts have none."""

    @property
    def closed(self) -> bool:
        """Whether nobody of it is answered any more."""
        return self.status in ("SUSPENDED", "CLOSED")

    @property
    def address(self) -> str:
        """Its owner's address for mail; that of an account whose owner gave none is nowhere."""
        return self.email or f"root@{self.account}.invalid"

    @property
    def folded_address(self) -> str:
        """No two accounts have one address, whatever its case."""
        return self.address.lower()


def new_account_id() -> str:
    """12 random digits, the first not 0."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def root_principal(account: str, access_key_id: str = "") -> Principal:
    """The account's root user."""
    return Principal(
        kind="root",
        account=account,
        arn=f"arn:aws:iam::{account}:root",
        unique_id=account,
        access_key_id=access_key_id,
    )
