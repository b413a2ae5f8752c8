"""What hangs on a user: it keeps the user from being deleted, and follows when the user is renamed."""

from collections.abc import Iterator
from typing import Any

from vauban.identity.access_keys import AccessKey
from vauban.identity.mfa_devices import MfaDevice
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.iam.resources import LoginProfile, ServiceCredential, SigningCertificate, SshPublicKey


def belongings(call: Call, user: User) -> Iterator[str]:
    """What has to be done before the user can go."""
    for kind, undo in UNDONE.items():
        if _of(call, kind, user):
            yield undo
    if user.groups:
        yield "remove users from group"
    if user.attached:
        yield "detach all policies"
    if user.policies:
        yield "delete policies"


def hand_over(call: Call, user: User, new_name: str) -> None:
    """Everything of the user's, put under its new name."""
    for kind in UNDONE:
        for each in _of(call, kind, user):
            if kind is LoginProfile:
                call.store.delete(each)
            call.store.put(replace(each, user_name=new_name))


UNDONE: dict[type, str] = {
    LoginProfile: "delete login profile",
    AccessKey: "delete access keys",
    MfaDevice: "delete MFA device",
    SigningCertificate: "delete signing certificates",
    SshPublicKey: "delete ssh public keys",
    ServiceCredential: "delete service specific credentials",
}


def _of(call: Call, kind: type, user: User) -> list[Any]:
    if kind is LoginProfile:
        found = call.store.get(LoginProfile, user.name)
        return [found] if found is not None else []
    if kind is AccessKey:
        return call.store.list(AccessKey, index="owner", value=f"{user.account}/{user.name}")
    return call.store.list(kind, index="user", value=user.name)
