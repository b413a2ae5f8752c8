"""Users."""

from typing import Any

from vauban.identity.accounts import Account, root_principal
from vauban.identity.ids import USER as USER_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.belongings import belongings, hand_over
from vauban.services.iam.errors import DeleteConflictException, over_quota
from vauban.services.iam.lists import by_name, page
from vauban.services.iam.resolvers import USER, Listing, New, attachable, own_user_or_root, require_free, user
from vauban.services.iam.shapes import listed_user, user_shape
from vauban.services.iam.tags import new_tags

QUOTA = 5000


@operation("CreateUser", on=New(USER, "UserName"), also=(("TagUser", "Tags"),))
def create_user(
    call: Call,
    _: None,
    user_name: str,
    path: str = "/",
    permissions_boundary: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_free(call.store, USER, user_name)
    if call.store.count(User) >= QUOTA:
        raise over_quota("UsersPerAccount", QUOTA)
    if permissions_boundary:
        attachable(call.store, permissions_boundary, "Scope ARN:")
    made = User(
        call.account,
        user_name,
        new_unique_id(USER_PREFIX),
        call.second,
        path,
        boundary=permissions_boundary,
        tags=new_tags(tags),
    )
    call.store.put(made)
    return {"User": user_shape(made)}


@operation("GetUser", on=own_user_or_root)
def get_user(call: Call, user: User | None) -> dict[str, Any]:
    if user is None:
        return {"User": _root_shape(call)}
    return {"User": user_shape(user)}


@operation("ListUsers", on=Listing("user"))
def list_users(
    call: Call, _: None, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "Users", by_name(call.store.list(User), path_prefix), max_items, marker, listed_user)


@operation("UpdateUser", on=(user, New(USER, "NewUserName", "NewPath", "UserName")))
def update_user(call: Call, user: User, _: None, new_path: str | None = None, new_user_name: str | None = None) -> None:
    changed = replace(user, path=new_path or user.path, name=new_user_name or user.name)
    if changed.name != user.name:
        if changed.folded_name != user.folded_name:
            require_free(call.store, USER, changed.name)
        call.store.delete(user)
        hand_over(call, user, changed.name)
    call.store.put(changed)


@operation("DeleteUser", on=user)
def delete_user(call: Call, user: User) -> None:
    for what in belongings(call, user):
        raise DeleteConflictException(f"Cannot delete entity, must {what} first.")
    call.store.delete(user)


def _root_shape(call: Call) -> dict[str, Any]:
    """As AWS tells of root: without a name, and without a path."""
    account = call.world.at("", "").get(Account, call.account)
    return {
        "UserId": call.account,
        "Arn": root_principal(call.account).arn,
        "CreateDate": account.created if account is not None else call.second,
    }
