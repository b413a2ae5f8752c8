"""Managed policies attached to users, groups and roles; and those that bound users and roles."""

from typing import Any

from vauban.identity.groups import Group
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import (
    NoSuchEntityException,
    PolicyNotAttachableException,
    over_quota,
)
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import attachable, group, require_policy_arn, role, user
from vauban.services.iam.roles import require_modifiable
from vauban.services.iam.shapes import attached_policies

QUOTA = 10
"""Policies attached to one entity."""


@operation("AttachUserPolicy", on=user)
def attach_user_policy(call: Call, user: User, policy_arn: str) -> None:
    _attach(call, user, policy_arn)


@operation("DetachUserPolicy", on=user)
def detach_user_policy(call: Call, user: User, policy_arn: str) -> None:
    _detach(call, user, policy_arn)


@operation("ListAttachedUserPolicies", on=user)
def list_attached_user_policies(
    call: Call, user: User, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "AttachedPolicies", attached_policies(user.attached, path_prefix), max_items, marker)


@operation("AttachGroupPolicy", on=group)
def attach_group_policy(call: Call, group: Group, policy_arn: str) -> None:
    _attach(call, group, policy_arn)


@operation("DetachGroupPolicy", on=group)
def detach_group_policy(call: Call, group: Group, policy_arn: str) -> None:
    _detach(call, group, policy_arn)


@operation("ListAttachedGroupPolicies", on=group)
def list_attached_group_policies(
    call: Call, group: Group, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "AttachedPolicies", attached_policies(group.attached, path_prefix), max_items, marker)


@operation("AttachRolePolicy", on=role)
def attach_role_policy(call: Call, role: Role, policy_arn: str) -> None:
    require_modifiable(role)
    _attach(call, role, policy_arn)


@operation("DetachRolePolicy", on=role)
def detach_role_policy(call: Call, role: Role, policy_arn: str) -> None:
    require_modifiable(role)
    _detach(call, role, policy_arn)


@operation("ListAttachedRolePolicies", on=role)
def list_attached_role_policies(
    call: Call, role: Role, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "AttachedPolicies", attached_policies(role.attached, path_prefix), max_items, marker)


@operation("PutUserPermissionsBoundary", on=user)
def put_user_permissions_boundary(call: Call, user: User, permissions_boundary: str) -> None:
    attachable(call.store, permissions_boundary, "Scope ARN:")
    call.store.put(replace(user, boundary=permissions_boundary))


@operation("DeleteUserPermissionsBoundary", on=user)
def delete_user_permissions_boundary(call: Call, user: User) -> None:
    if not user.boundary:
        raise NoSuchEntityException(f"User {user.name} does not have a permissions boundary.")
    call.store.put(replace(user, boundary=""))


@operation("PutRolePermissionsBoundary", on=role)
def put_role_permissions_boundary(call: Call, role: Role, permissions_boundary: str) -> None:
    require_modifiable(role)
    attachable(call.store, permissions_boundary, "Scope ARN:")
    call.store.put(replace(role, boundary=permissions_boundary))


@operation("DeleteRolePermissionsBoundary", on=role)
def delete_role_permissions_boundary(call: Call, role: Role) -> None:
    require_modifiable(role)
    if not role.boundary:
        raise NoSuchEntityException(f"Role {role.name} does not have a permissions boundary.")
    call.store.put(replace(role, boundary=""))


def _attach(call: Call, entity: User | Group | Role, arn: str) -> None:
    policy = attachable(call.store, arn)
    if policy.path.startswith("/aws-service-role/"):
        raise PolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role.")
    if arn in entity.attached:
        return
    if len(entity.attached) >= QUOTA:
        raise over_quota(f"PoliciesPer{type(entity).__name__}", QUOTA)
    call.store.put(replace(entity, attached=(*entity.attached, arn)))


def _detach(call: Call, entity: User | Group | Role, arn: str) -> None:
    require_policy_arn(arn)
    if arn not in entity.attached:
        raise NoSuchEntityException(f"Policy {arn} was not found.")
    call.store.put(replace(entity, attached=tuple(each for each in entity.attached if each != arn)))
