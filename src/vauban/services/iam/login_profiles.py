"""Login profiles: users' passwords."""

from typing import Any

from vauban.crypto.passwords import hash_password, is_among
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import EntityAlreadyExistsException, InvalidUserTypeException, NoSuchEntityException
from vauban.services.iam.password_policies import require_conforming
from vauban.services.iam.permissions import oneself
from vauban.services.iam.resolvers import own_user, user
from vauban.services.iam.resources import LoginProfile
from vauban.services.iam.roles import SIGN_IN

MOST_KEPT = 24
"""The most that a password policy can forbid to use again."""


@operation("CreateLoginProfile", on=own_user, unsupported=SIGN_IN[:1])
def create_login_profile(
    call: Call, user: User, password: str | None = None, password_reset_required: bool = False
) -> dict[str, Any]:
    if password is None:
        raise ValidationException("Password must be given: there is no other way to sign in.")
    if call.store.get(LoginProfile, user.name) is not None:
        raise EntityAlreadyExistsException(f"Login Profile for user {user.name} already exists.")
    require_conforming(call, password, None)
    entry = call.slowly(hash_password, password)
    made = LoginProfile(call.account, user.name, call.second, call.second, entry, password_reset_required)
    call.store.put(made)
    return {"LoginProfile": _shape(made)}


@operation("GetLoginProfile", on=own_user)
def get_login_profile(call: Call, user: User) -> dict[str, Any]:
    return {"LoginProfile": _shape(_profile(call, user))}


@operation("UpdateLoginProfile", on=user, unsupported=SIGN_IN)
def update_login_profile(
    call: Call, user: User, password: str | None = None, password_reset_required: bool | None = None
) -> None:
    profile = _profile(call, user)
    if password is not None:
        profile = _with_password(call, profile, password)
    if password_reset_required is not None:
        profile = replace(profile, password_reset_required=password_reset_required)
    call.store.put(profile)


@operation("DeleteLoginProfile", on=own_user)
def delete_login_profile(call: Call, user: User) -> None:
    call.store.delete(_profile(call, user))


@operation("ChangePassword", on=oneself)
def change_password(call: Call, user: User | None, old_password: str, new_password: str) -> None:
    if user is None:
        raise InvalidUserTypeException("Only IAM Users can change their own password.")
    profile = _profile(call, user)
    if not call.slowly(is_among, old_password, profile.current):
        raise AwsError("The old password was incorrect.", code="AccessDenied", status=403)
    changed = _with_password(call, profile, new_password)
    call.store.put(replace(changed, password_reset_required=False))


def _with_password(call: Call, profile: LoginProfile, password: str) -> LoginProfile:
    require_conforming(call, password, profile)
    entry = call.slowly(hash_password, password)
    return replace(profile, entries=entry + profile.newest(MOST_KEPT - 1), changed=call.second)


def _profile(call: Call, user: User) -> LoginProfile:
    found = call.store.get(LoginProfile, user.name)
    if found is None:
        raise NoSuchEntityException(f"Login Profile for User {user.name} cannot be found.")
    return found


def _shape(profile: LoginProfile) -> dict[str, Any]:
    return {
        "UserName": profile.user_name,
        "CreateDate": profile.created,
        "PasswordResetRequired": profile.password_reset_required,
    }
