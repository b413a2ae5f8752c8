"""The account's password policy, and whether a password satisfies it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
"""

import re
from typing import Any

from vauban.crypto.passwords import is_among
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.stores import Records
from vauban.services.iam.errors import NoSuchEntityException, PasswordPolicyViolationException
from vauban.services.iam.permissions import open_to_users
from vauban.services.iam.resources import LoginProfile, PasswordPolicy

_SYMBOL = re.compile(r"[!@#$%^&*()_+\-=\[\]{}|']")
_SHORTEST_BY_DEFAULT = 8
_KINDS_BY_DEFAULT = 3


@operation("UpdateAccountPasswordPolicy")
def update_account_password_policy(
    call: Call,
    minimum_password_length: int = 6,
    require_symbols: bool = False,
    require_numbers: bool = False,
    require_uppercase_characters: bool = False,
    require_lowercase_characters: bool = False,
    allow_users_to_change_password: bool = False,
    max_password_age: int = 0,
    password_reuse_prevention: int = 0,
    hard_expiry: bool = False,
) -> None:
    call.store.put(
        PasswordPolicy(
            call.account,
            minimum_password_length,
            require_symbols,
            require_numbers,
            require_uppercase_characters,
            require_lowercase_characters,
            allow_users_to_change_password,
            max_password_age,
            password_reuse_prevention,
            hard_expiry,
        )
    )


@operation("GetAccountPasswordPolicy", on=open_to_users)
def get_account_password_policy(call: Call, _: None) -> dict[str, Any]:
    policy = call.store.get(PasswordPolicy, call.account)
    if policy is None:
        raise NoSuchEntityException(f"The Password Policy with domain name {call.account} cannot be found.")
    shape: dict[str, Any] = {
        "MinimumPasswordLength": policy.minimum_password_length,
        "RequireSymbols": policy.require_symbols,
        "RequireNumbers": policy.require_numbers,
        "RequireUppercaseCharacters": policy.require_uppercase_characters,
        "RequireLowercaseCharacters": policy.require_lowercase_characters,
        "AllowUsersToChangePassword": policy.allow_users_to_change_password,
        "ExpirePasswords": policy.max_password_age > 0,
        "HardExpiry": policy.hard_expiry,
    }
    if policy.max_password_age:
        shape["MaxPasswordAge"] = policy.max_password_age
    if policy.password_reuse_prevention:
        shape["PasswordReusePrevention"] = policy.password_reuse_prevention
    return {"PasswordPolicy": shape}


@operation("DeleteAccountPasswordPolicy")
def delete_account_password_policy(call: Call) -> None:
    policy = call.store.get(PasswordPolicy, call.account)
    if policy is None:
        raise NoSuchEntityException("The account policy with name PasswordPolicy cannot be found.")
    call.store.delete(policy)


def require_conforming(call: Call, password: str, profile: LoginProfile | None) -> None:
    """Raises PasswordPolicyViolationException. ``profile`` has the passwords before."""
    policy = call.store.get(PasswordPolicy, call.account)
    if policy is None:
        _require_default(call, password)
        return
    lacking = _lacking(policy, password)
    if lacking:
        raise PasswordPolicyViolationException(lacking)
    before = profile.newest(policy.password_reuse_prevention) if profile is not None else b""
    if before and call.slowly(is_among, password, before):
        raise PasswordPolicyViolationException("Password has been used before and cannot be used again.")


def policy_of(records: Records) -> PasswordPolicy | None:
    return records.get(PasswordPolicy, records.account)


def _lacking(policy: PasswordPolicy, password: str) -> str:
    if len(password) < policy.minimum_password_length:
        return f"Password should have a minimum length of {policy.minimum_password_length}"
    for wanted, kind, name in zip(
        (
            policy.require_uppercase_characters,
            policy.require_lowercase_characters,
            policy.require_numbers,
            policy.require_symbols,
        ),
        _kinds(password),
        ("uppercase letter", "lowercase letter", "number", "symbol"),
        strict=True,
    ):
        if wanted and not kind:
            return f"Password should have at least one {name}"
    return ""


def _require_default(call: Call, password: str) -> None:
    """AWS's own rules, where the account has none."""
    if len(password) < _SHORTEST_BY_DEFAULT:
        raise PasswordPolicyViolationException(f"Password should have a minimum length of {_SHORTEST_BY_DEFAULT}")
    if sum(_kinds(password)) < _KINDS_BY_DEFAULT:
        raise PasswordPolicyViolationException(
            "Password should have at least three of: uppercase letters, lowercase letters, numbers, symbols"
        )
    if password == call.account:
        raise PasswordPolicyViolationException("Password should not be the name of the account")


def _kinds(password: str) -> tuple[bool, bool, bool, bool]:
    """Whether it has upper case, lower case, digits, symbols."""
    return (
        re.search(r"[A-Z]", password) is not None,
        re.search(r"[a-z]", password) is not None,
        re.search(r"[0-9]", password) is not None,
        _SYMBOL.search(password) is not None,
    )
