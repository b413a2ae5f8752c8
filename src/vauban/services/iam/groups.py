"""Groups, and who is in them."""

from typing import Any

from vauban.identity.groups import Group
from vauban.identity.ids import GROUP as GROUP_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import DeleteConflictException, over_quota
from vauban.services.iam.lists import by_name, page
from vauban.services.iam.resolvers import GROUP, USER, Listing, New, find, group, require_free, user
from vauban.services.iam.shapes import group_shape, listed_user

QUOTA = 300
PER_USER = 10


@operation("CreateGroup", on=New(GROUP, "GroupName"))
def create_group(call: Call, _: None, group_name: str, path: str = "/") -> dict[str, Any]:
    require_free(call.store, GROUP, group_name)
    if call.store.count(Group) >= QUOTA:
        raise over_quota("GroupsPerAccount", QUOTA)
    made = Group(call.account, group_name, new_unique_id(GROUP_PREFIX), call.second, path)
    call.store.put(made)
    return {"Group": group_shape(made)}


@operation("GetGroup", on=group)
def get_group(call: Call, group: Group, marker: str | None = None, max_items: int | None = None) -> dict[str, Any]:
    users = page(call, "Users", by_name(_members(call, group)), max_items, marker, listed_user)
    return {"Group": group_shape(group), **users}


@operation("ListGroups", on=Listing("group"))
def list_groups(
    call: Call, _: None, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "Groups", by_name(call.store.list(Group), path_prefix), max_items, marker, group_shape)


@operation("ListGroupsForUser", on=user)
def list_groups_for_user(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    found = (call.store.get(Group, name) for name in user.groups)
    return page(call, "Groups", by_name(each for each in found if each is not None), max_items, marker, group_shape)


@operation("UpdateGroup", on=(group, New(GROUP, "NewGroupName", "NewPath", "GroupName")))
def update_group(
    call: Call, group: Group, _: None, new_path: str | None = None, new_group_name: str | None = None
) -> None:
    changed = replace(group, path=new_path or group.path, name=new_group_name or group.name)
    if changed.name != group.name:
        if changed.folded_name != group.folded_name:
            require_free(call.store, GROUP, changed.name)
        for member in _members(call, group):
            names = tuple(changed.name if name == group.name else name for name in member.groups)
            call.store.put(replace(member, groups=names))
        call.store.delete(group)
    call.store.put(changed)


@operation("DeleteGroup", on=group)
def delete_group(call: Call, group: Group) -> None:
    if _members(call, group):
        raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
    if group.attached:
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if group.policies:
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")
    call.store.delete(group)


@operation("AddUserToGroup", on=group)
def add_user_to_group(call: Call, group: Group, user_name: str) -> None:
    member = find(call.store, USER, user_name)
    if group.name in member.groups:
        return
    if len(member.groups) >= PER_USER:
        raise over_quota("GroupsPerUser", PER_USER)
    call.store.put(replace(member, groups=(*member.groups, group.name)))


@operation("RemoveUserFromGroup", on=group)
def remove_user_from_group(call: Call, group: Group, user_name: str) -> None:
    member = find(call.store, USER, user_name)
    call.store.put(replace(member, groups=tuple(name for name in member.groups if name != group.name)))


def _members(call: Call, group: Group) -> list[User]:
    return call.store.list(User, index="group", value=group.name)
