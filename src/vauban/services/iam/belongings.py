"""What hangs on a user: it keeps the user from being deleted, and follows when the user is renamed."""

from collections.abc import Iterator
from dataclasses import replace

from vauban.identity.access_keys import AccessKey
from vauban.identity.users import User
from vauban.kernel.calls import Call


def belongings(call: Call, user: User) -> Iterator[str]:
    """What has to be done before the user can go."""
    if _access_keys(call, user):
        yield "delete access keys"
    if user.groups:
        yield "remove users from group"
    if user.attached:
        yield "detach all policies"
    if user.policies:
        yield "delete policies"


def hand_over(call: Call, user: User, new_name: str) -> None:
    """Everything of the user's, put under its new name."""
    for key in _access_keys(call, user):
        call.store.put(replace(key, user_name=new_name))


def _access_keys(call: Call, user: User) -> list[AccessKey]:
    return call.store.list(AccessKey, index="owner", value=f"{user.account}/{user.name}")
