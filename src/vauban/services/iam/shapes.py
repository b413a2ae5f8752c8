"""Records in the model's words. Lists leave out what ``Get…`` tells besides: tags, boundary, last use."""

from typing import Any

from vauban.identity.groups import Group
from vauban.identity.instance_profiles import InstanceProfile
from vauban.identity.managed_policies import ManagedPolicy, Version
from vauban.identity.policy_principals import as_shown
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.services.iam.documents import encoded
from vauban.services.iam.tags import shown


def listed_user(user: User) -> dict[str, Any]:
    shape = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.user_id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }
    if user.password_last_used is not None:
        shape["PasswordLastUsed"] = user.password_last_used
    return shape


def user_shape(user: User) -> dict[str, Any]:
    return listed_user(user) | boundary(user.boundary) | shown(user.tags)


def group_shape(group: Group) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.group_id,
        "Arn": group.arn,
        "CreateDate": group.created,
    }


def listed_role(call: Call, role: Role) -> dict[str, Any]:
    shape = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.role_id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": encoded(as_shown(role.trust_policy, role.trusted_ids, call.world)),
        "MaxSessionDuration": role.max_session_duration,
    }
    if role.description:
        shape["Description"] = role.description
    return shape


def role_shape(call: Call, role: Role) -> dict[str, Any]:
    return listed_role(call, role) | boundary(role.boundary) | shown(role.tags)


def boundary(arn: str) -> dict[str, Any]:
    if not arn:
        return {}
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def attached_policies(arns: tuple[str, ...], path_prefix: str = "/") -> list[tuple[str, dict[str, str]]]:
    """``AttachedPolicy`` shapes of managed policies by ARN, each with its name; a policy's path is in its ARN."""
    found = []
    for arn in arns:
        path, _, name = arn.partition("policy")[2].rpartition("/")
        if f"{path}/".startswith(path_prefix):
            found.append((f"{name} {arn}", {"PolicyName": name, "PolicyArn": arn}))
    return sorted(found)


def attachment_counts(call: Call, policy: ManagedPolicy) -> tuple[int, int]:
    """How many entities a policy is attached to, and how many have it for their boundary."""
    count = call.store.count
    attached = sum(count(kind, index="policy", value=policy.arn) for kind in (User, Group, Role))
    return attached, sum(count(kind, index="boundary", value=policy.arn) for kind in (User, Role))


def listed_policy(call: Call, policy: ManagedPolicy) -> dict[str, Any]:
    attached, bounding = attachment_counts(call, policy)
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.policy_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": bounding,
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.updated,
    }


def policy_shape(call: Call, policy: ManagedPolicy) -> dict[str, Any]:
    described = {"Description": policy.description} if policy.description else {}
    return listed_policy(call, policy) | described | shown(policy.tags)


def version_shape(policy: ManagedPolicy, version: Version) -> dict[str, Any]:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version_id,
        "CreateDate": version.created,
    }


def listed_instance_profile(call: Call, profile: InstanceProfile) -> dict[str, Any]:
    role = call.store.get(Role, profile.role) if profile.role else None
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.instance_profile_id,
        "Arn": profile.arn,
        "CreateDate": profile.created,
        "Roles": [listed_role(call, role)] if role is not None else [],
    }


def instance_profile_shape(call: Call, profile: InstanceProfile) -> dict[str, Any]:
    return listed_instance_profile(call, profile) | shown(profile.tags)
