"""Accounts: whose everything is."""

import secrets
from datetime import datetime

from vauban.kernel.principals import Principal
from vauban.kernel.records import Scope, record


@record("identity:Account", id="account", scope=Scope.GLOBAL)
class Account:
    account: str
    """12 digits."""
    created: datetime
    number: int
    """The order of making, from 1; the first is the default one."""


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
