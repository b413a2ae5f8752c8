"""Instance profiles, each with one role at most."""

from typing import Any

from vauban.identity.ids import INSTANCE_PROFILE as INSTANCE_PROFILE_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.instance_profiles import InstanceProfile
from vauban.identity.roles import Role
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import DeleteConflictException, NoSuchEntityException, over_quota
from vauban.services.iam.lists import by_name, page
from vauban.services.iam.resolvers import (
    INSTANCE_PROFILE,
    ROLE,
    Listing,
    Named,
    New,
    find,
    instance_profile,
    require_free,
    role,
)
from vauban.services.iam.roles import require_modifiable
from vauban.services.iam.shapes import instance_profile_shape, listed_instance_profile
from vauban.services.iam.tags import new_tags

QUOTA = 1000


@operation(
    "CreateInstanceProfile", on=New(INSTANCE_PROFILE, "InstanceProfileName"), also=(("TagInstanceProfile", "Tags"),)
)
def create_instance_profile(
    call: Call, _: None, instance_profile_name: str, path: str = "/", tags: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    require_free(call.store, INSTANCE_PROFILE, instance_profile_name)
    if call.store.count(InstanceProfile) >= QUOTA:
        raise over_quota("InstanceProfilesPerAccount", QUOTA)
    unique_id = new_unique_id(INSTANCE_PROFILE_PREFIX)
    made = InstanceProfile(call.account, instance_profile_name, unique_id, call.second, path, tags=new_tags(tags))
    call.store.put(made)
    return {"InstanceProfile": instance_profile_shape(call, made)}


@operation("GetInstanceProfile", on=instance_profile)
def get_instance_profile(call: Call, profile: InstanceProfile) -> dict[str, Any]:
    return {"InstanceProfile": instance_profile_shape(call, profile)}


@operation("ListInstanceProfiles", on=Listing("instance-profile"))
def list_instance_profiles(
    call: Call, _: None, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return _page(call, by_name(call.store.list(InstanceProfile), path_prefix), max_items, marker)


@operation("ListInstanceProfilesForRole", on=role)
def list_instance_profiles_for_role(
    call: Call, role: Role, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return _page(call, by_name(call.store.list(InstanceProfile, index="role", value=role.name)), max_items, marker)


@operation("DeleteInstanceProfile", on=instance_profile)
def delete_instance_profile(call: Call, profile: InstanceProfile) -> None:
    if profile.role:
        raise DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
    call.store.delete(profile)


@operation("AddRoleToInstanceProfile", on=(instance_profile, Named(ROLE, "RoleName", action="iam:PassRole")))
def add_role_to_instance_profile(call: Call, profile: InstanceProfile, role: Role) -> None:
    require_modifiable(role)
    if profile.role:
        raise over_quota("InstanceSessionsPerInstanceProfile", 1)
    call.store.put(replace(profile, role=role.name))


@operation("RemoveRoleFromInstanceProfile", on=instance_profile)
def remove_role_from_instance_profile(call: Call, profile: InstanceProfile, role_name: str) -> None:
    role = find(call.store, ROLE, role_name)
    require_modifiable(role)
    if profile.role != role.name:
        raise NoSuchEntityException(ROLE.absent.format(role_name))
    call.store.put(replace(profile, role=""))


def _page(call: Call, entries: Any, max_items: int | None, marker: str | None) -> dict[str, Any]:
    return page(call, "InstanceProfiles", entries, max_items, marker, lambda each: listed_instance_profile(call, each))
