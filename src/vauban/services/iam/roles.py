"""Roles. Those that are linked to a service are changed by the service alone."""

from typing import Any

from vauban.identity.ids import ROLE as ROLE_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.instance_profiles import InstanceProfile
from vauban.identity.roles import SERVICE_LINKED, Role
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.documents import checked_trust
from vauban.services.iam.errors import (
    DeleteConflictException,
    InvalidInputException,
    UnmodifiableEntityException,
    over_quota,
)
from vauban.services.iam.lists import by_name, page
from vauban.services.iam.resolvers import ROLE, Listing, New, attachable, require_free, role
from vauban.services.iam.role_usages import last_used
from vauban.services.iam.shapes import listed_role, role_shape
from vauban.services.iam.tags import new_tags

QUOTA = 1000
SIGN_IN = ("MaxSigninSessionDuration", "ResetMaxSigninSessionDuration")
"""How long a session in AWS's console lasts: here is no such console."""


@operation("CreateRole", on=New(ROLE, "RoleName"), also=(("TagRole", "Tags"),), unsupported=SIGN_IN[:1])
def create_role(
    call: Call,
    _: None,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str = "",
    max_session_duration: int = 3600,
    permissions_boundary: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    if path.startswith(SERVICE_LINKED):
        raise InvalidInputException(f"The path {path} is reserved for service-linked roles.")
    require_free(call.store, ROLE, role_name)
    if call.store.count(Role) >= QUOTA:
        raise over_quota("RolesPerAccount", QUOTA)
    if permissions_boundary:
        attachable(call.store, permissions_boundary, "Scope ARN:")
    made = Role(
        call.account,
        role_name,
        new_unique_id(ROLE_PREFIX),
        call.second,
        assume_role_policy_document,
        checked_trust(call, assume_role_policy_document),
        path,
        description,
        max_session_duration,
        boundary=permissions_boundary,
        tags=new_tags(tags),
    )
    call.store.put(made)
    return {"Role": role_shape(call, made)}


@operation("GetRole", on=role)
def get_role(call: Call, role: Role) -> dict[str, Any]:
    return {"Role": role_shape(call, role) | {"RoleLastUsed": last_used(call, role)}}


@operation("ListRoles", on=Listing("role"))
def list_roles(
    call: Call, _: None, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    roles = by_name(call.store.list(Role), path_prefix)
    return page(call, "Roles", roles, max_items, marker, lambda role: listed_role(call, role))


@operation("UpdateRole", on=role, unsupported=SIGN_IN)
def update_role(
    call: Call, role: Role, description: str | None = None, max_session_duration: int | None = None
) -> dict[str, Any]:
    if max_session_duration is not None:
        require_modifiable(role)
    changed = replace(
        role,
        description=role.description if description is None else description,
        max_session_duration=max_session_duration or role.max_session_duration,
    )
    call.store.put(changed)
    return {}


@operation("UpdateRoleDescription", on=role)
def update_role_description(call: Call, role: Role, description: str) -> dict[str, Any]:
    changed = replace(role, description=description)
    call.store.put(changed)
    return {"Role": role_shape(call, changed)}


@operation("UpdateAssumeRolePolicy", on=role)
def update_assume_role_policy(call: Call, role: Role, policy_document: str) -> None:
    require_modifiable(role)
    call.store.put(replace(role, trust_policy=policy_document, trusted_ids=checked_trust(call, policy_document)))


@operation("DeleteRole", on=role)
def delete_role(call: Call, role: Role) -> None:
    require_modifiable(role)
    if call.store.count(InstanceProfile, index="role", value=role.name):
        raise DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
    if role.attached:
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if role.policies:
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")
    call.store.delete(role)


def require_modifiable(role: Role) -> None:
    """Raises UnmodifiableEntityException for a service-linked role."""
    if role.linked_service:
        raise UnmodifiableEntityException(
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS"
        )
