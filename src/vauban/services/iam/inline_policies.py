"""Policies written into a user, a group or a role."""

from typing import Any

from vauban.identity.groups import Group
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.documents import checked, encoded, total_size
from vauban.services.iam.errors import LimitExceededException, NoSuchEntityException
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import group, role, user
from vauban.services.iam.roles import require_modifiable

CHARACTERS = {User: 2048, Role: 10_240, Group: 5120}
"""Of all inline policies together, white space apart."""


@operation("PutUserPolicy", on=user)
def put_user_policy(call: Call, user: User, policy_name: str, policy_document: str) -> None:
    _put(call, user, policy_name, policy_document)


@operation("GetUserPolicy", on=user)
def get_user_policy(call: Call, user: User, policy_name: str) -> dict[str, Any]:
    return {"UserName": user.name, **_shape(user, policy_name)}


@operation("DeleteUserPolicy", on=user)
def delete_user_policy(call: Call, user: User, policy_name: str) -> None:
    _delete(call, user, policy_name)


@operation("ListUserPolicies", on=user)
def list_user_policies(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "PolicyNames", ((name, name) for name in user.policies), max_items, marker)


@operation("PutGroupPolicy", on=group)
def put_group_policy(call: Call, group: Group, policy_name: str, policy_document: str) -> None:
    _put(call, group, policy_name, policy_document)


@operation("GetGroupPolicy", on=group)
def get_group_policy(call: Call, group: Group, policy_name: str) -> dict[str, Any]:
    return {"GroupName": group.name, **_shape(group, policy_name)}


@operation("DeleteGroupPolicy", on=group)
def delete_group_policy(call: Call, group: Group, policy_name: str) -> None:
    _delete(call, group, policy_name)


@operation("ListGroupPolicies", on=group)
def list_group_policies(
    call: Call, group: Group, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "PolicyNames", ((name, name) for name in group.policies), max_items, marker)


@operation("PutRolePolicy", on=role)
def put_role_policy(call: Call, role: Role, policy_name: str, policy_document: str) -> None:
    require_modifiable(role)
    _put(call, role, policy_name, policy_document)


@operation("GetRolePolicy", on=role)
def get_role_policy(call: Call, role: Role, policy_name: str) -> dict[str, Any]:
    return {"RoleName": role.name, **_shape(role, policy_name)}


@operation("DeleteRolePolicy", on=role)
def delete_role_policy(call: Call, role: Role, policy_name: str) -> None:
    require_modifiable(role)
    _delete(call, role, policy_name)


@operation("ListRolePolicies", on=role)
def list_role_policies(
    call: Call, role: Role, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(call, "PolicyNames", ((name, name) for name in role.policies), max_items, marker)


def _put(call: Call, entity: User | Group | Role, name: str, document: str) -> None:
    checked(document, "identity")
    policies = {**entity.policies, name: document}
    limit = CHARACTERS[type(entity)]
    if total_size(policies) > limit:
        noun = type(entity).__name__.lower()
        raise LimitExceededException(f"Maximum policy size of {limit} bytes exceeded for {noun} {entity.name}")
    call.store.put(replace(entity, policies=policies))


def _delete(call: Call, entity: User | Group | Role, name: str) -> None:
    _require(entity, name)
    call.store.put(replace(entity, policies={each: text for each, text in entity.policies.items() if each != name}))


def _shape(entity: User | Group | Role, name: str) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": encoded(_require(entity, name))}


def _require(entity: User | Group | Role, name: str) -> str:
    if name not in entity.policies:
        noun = type(entity).__name__.lower()
        raise NoSuchEntityException(f"The {noun} policy with name {name} cannot be found.")
    return entity.policies[name]
