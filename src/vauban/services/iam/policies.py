"""Managed policies and their versions."""

from typing import Any

from vauban.identity.groups import Group
from vauban.identity.ids import POLICY as POLICY_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.managed_policies import ManagedPolicy, Version, aws_managed_policies
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.documents import checked, encoded
from vauban.services.iam.errors import (
    DeleteConflictException,
    LimitExceededException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.lists import page, part
from vauban.services.iam.resolvers import POLICY, Listing, New, own_policy, policy, require_free
from vauban.services.iam.shapes import attachment_counts, listed_policy, policy_shape, version_shape
from vauban.services.iam.tags import new_tags

QUOTA = 1500
MOST_VERSIONS = 5


@operation("CreatePolicy", on=New(POLICY, "PolicyName"), also=(("TagPolicy", "Tags"),))
def create_policy(
    call: Call,
    _: None,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_free(call.store, POLICY, policy_name)
    if call.store.count(ManagedPolicy) >= QUOTA:
        raise over_quota("PoliciesPerAccount", QUOTA)
    checked(policy_document, "managed")
    made = ManagedPolicy(
        call.account,
        policy_name,
        new_unique_id(POLICY_PREFIX),
        call.second,
        call.second,
        (Version("v1", policy_document, call.second),),
        path=path,
        description=description,
        tags=new_tags(tags),
    )
    call.store.put(made)
    return {"Policy": policy_shape(call, made)}


@operation("GetPolicy", on=policy)
def get_policy(call: Call, policy: ManagedPolicy) -> dict[str, Any]:
    return {"Policy": policy_shape(call, policy)}


@operation("ListPolicies", on=Listing("policy"))
def list_policies(
    call: Call,
    _: None,
    scope: str = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> dict[str, Any]:
    found = [] if scope == "AWS" else call.store.list(ManagedPolicy)
    if scope != "Local":
        found = [*found, *aws_managed_policies().values()]
    entries = [(each.name, each) for each in found if each.path.startswith(path_prefix)]
    if only_attached or policy_usage_filter:
        entries = [(name, each) for name, each in entries if _is_used(call, each, policy_usage_filter)]
    named = ((f"{name} {each.account}", each) for name, each in entries)
    return page(call, "Policies", named, max_items, marker, lambda each: listed_policy(call, each))


@operation("DeletePolicy", on=own_policy)
def delete_policy(call: Call, policy: ManagedPolicy) -> None:
    if any(attachment_counts(call, policy)):
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
    call.store.delete(policy)


@operation("CreatePolicyVersion", on=own_policy)
def create_policy_version(
    call: Call, policy: ManagedPolicy, policy_document: str, set_as_default: bool = False
) -> dict[str, Any]:
    checked(policy_document, "managed")
    if len(policy.versions) >= MOST_VERSIONS:
        raise LimitExceededException(
            f"A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must "
            "delete an existing version."
        )
    version = Version(f"v{policy.latest + 1}", policy_document, call.second)
    changed = replace(
        policy,
        versions=(*policy.versions, version),
        latest=version.number,
        updated=call.second,
        default_version_id=version.version_id if set_as_default else policy.default_version_id,
    )
    call.store.put(changed)
    return {"PolicyVersion": version_shape(changed, version)}


@operation("GetPolicyVersion", on=policy)
def get_policy_version(call: Call, policy: ManagedPolicy, version_id: str) -> dict[str, Any]:
    version = _version(policy, version_id)
    return {"PolicyVersion": {"Document": encoded(version.document), **version_shape(policy, version)}}


@operation("ListPolicyVersions", on=policy)
def list_policy_versions(
    call: Call, policy: ManagedPolicy, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    newest_first = ((f"{policy.latest - each.number:09}", each) for each in policy.versions)
    return page(call, "Versions", newest_first, max_items, marker, lambda each: version_shape(policy, each))


@operation("SetDefaultPolicyVersion", on=own_policy)
def set_default_policy_version(call: Call, policy: ManagedPolicy, version_id: str) -> None:
    _version(policy, version_id)
    call.store.put(replace(policy, default_version_id=version_id, updated=call.second))


@operation("DeletePolicyVersion", on=own_policy)
def delete_policy_version(call: Call, policy: ManagedPolicy, version_id: str) -> None:
    version = _version(policy, version_id)
    if version_id == policy.default_version_id:
        raise DeleteConflictException("Cannot delete the default version of a policy.")
    call.store.put(replace(policy, versions=tuple(each for each in policy.versions if each is not version)))


@operation("ListEntitiesForPolicy", on=policy)
def list_entities_for_policy(
    call: Call,
    policy: ManagedPolicy,
    entity_filter: str | None = None,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> dict[str, Any]:
    entries = []
    for kind, noun in ((Group, "Group"), (Role, "Role"), (User, "User")):
        if entity_filter in (None, noun):
            users = _users_of(call, policy, kind, policy_usage_filter)
            entries += [(f"{noun} {each.name}", each) for each in users if each.path.startswith(path_prefix)]
    found, rest = part(call, entries, max_items, marker)
    entities = [each for _, each in found]
    return {
        "PolicyGroups": [
            {"GroupName": each.name, "GroupId": each.group_id} for each in entities if isinstance(each, Group)
        ],
        "PolicyUsers": [{"UserName": each.name, "UserId": each.user_id} for each in entities if isinstance(each, User)],
        "PolicyRoles": [{"RoleName": each.name, "RoleId": each.role_id} for each in entities if isinstance(each, Role)],
        **rest,
    }


def _users_of(call: Call, policy: ManagedPolicy, kind: type, usage: str | None) -> list[Any]:
    """Entities of a kind that have the policy: attached, for their boundary, or both."""
    found = {}
    if usage != "PermissionsBoundary":
        found |= {each.name: each for each in call.store.list(kind, index="policy", value=policy.arn)}
    if usage != "PermissionsPolicy" and kind is not Group:
        found |= {each.name: each for each in call.store.list(kind, index="boundary", value=policy.arn)}
    return list(found.values())


def _is_used(call: Call, policy: ManagedPolicy, usage: str | None) -> bool:
    attached, bounding = attachment_counts(call, policy)
    return bool({"PermissionsPolicy": attached, "PermissionsBoundary": bounding}.get(usage or "", attached or bounding))


def _version(policy: ManagedPolicy, version_id: str) -> Version:
    for each in policy.versions:
        if each.version_id == version_id:
            return each
    raise NoSuchEntityException(f"Policy {policy.arn} version {version_id} does not exist or is not attachable.")
