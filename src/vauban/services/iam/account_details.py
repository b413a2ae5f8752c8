"""GetAccountAuthorizationDetails and GetAccountSummary: the account at a glance."""

from collections.abc import Iterator
from typing import Any

from vauban.identity.access_keys import AccessKey
from vauban.identity.groups import Group
from vauban.identity.instance_profiles import InstanceProfile
from vauban.identity.managed_policies import ManagedPolicy, aws_managed_policies
from vauban.identity.mfa_devices import MfaDevice
from vauban.identity.providers import OidcProvider, SamlProvider
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.iam import (
    access_keys,
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    policies,
    roles,
    session_tokens,
)
from vauban.services.iam.documents import TRUST_POLICY_CHARACTERS, encoded
from vauban.services.iam.lists import part
from vauban.services.iam.resources import ServerCertificate
from vauban.services.iam.role_usages import last_used_of_all
from vauban.services.iam.server_certificates import QUOTA as SERVER_CERTIFICATES
from vauban.services.iam.shapes import (
    attached_policies,
    boundary,
    group_shape,
    instance_profile_shape,
    listed_user,
    policy_shape,
    role_shape,
    version_shape,
)
from vauban.services.iam.signing_certificates import PER_USER as SIGNING_CERTIFICATES
from vauban.services.iam.tags import shown
from vauban.services.iam.users import QUOTA as USERS

ALL = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
POLICY_CHARACTERS = 6144


@operation("GetAccountAuthorizationDetails")
def get_account_authorization_details(
    call: Call, filter: list[str] | None = None, max_items: int | None = None, marker: str | None = None
) -> dict[str, Any]:
    found, rest = part(call, _entries(call, filter or ALL), max_items, marker)
    records = [record for _, record in found]
    found_roles = [each for each in records if isinstance(each, Role)]
    usages = last_used_of_all(call, found_roles)
    return {
        "UserDetailList": [_user_detail(each) for each in records if isinstance(each, User)],
        "GroupDetailList": [_group_detail(each) for each in records if isinstance(each, Group)],
        "RoleDetailList": [_role_detail(call, each, usages[each.name]) for each in found_roles],
        "Policies": [_policy_detail(call, each) for each in records if isinstance(each, ManagedPolicy)],
        **rest,
    }


@operation("GetAccountSummary")
def get_account_summary(call: Call) -> dict[str, Any]:
    return {"SummaryMap": _counts(call) | QUOTAS}


QUOTAS = {
    "AccessKeysPerUserQuota": access_keys.QUOTA,
    "AssumeRolePolicySizeQuota": TRUST_POLICY_CHARACTERS,
    "AttachedPoliciesPerGroupQuota": attachments.QUOTA,
    "AttachedPoliciesPerRoleQuota": attachments.QUOTA,
    "AttachedPoliciesPerUserQuota": attachments.QUOTA,
    "GlobalEndpointTokenVersion": session_tokens.VERSION,
    "GroupPolicySizeQuota": inline_policies.CHARACTERS[Group],
    "GroupsPerUserQuota": groups.PER_USER,
    "GroupsQuota": groups.QUOTA,
    "InstanceProfilesQuota": instance_profiles.QUOTA,
    "PoliciesQuota": policies.QUOTA,
    "PolicySizeQuota": POLICY_CHARACTERS,
    "PolicyVersionsInUseQuota": 10_000,
    "RolePolicySizeQuota": inline_policies.CHARACTERS[Role],
    "RolesQuota": roles.QUOTA,
    "ServerCertificatesQuota": SERVER_CERTIFICATES,
    "SigningCertificatesPerUserQuota": SIGNING_CERTIFICATES,
    "UserPolicySizeQuota": inline_policies.CHARACTERS[User],
    "UsersQuota": USERS,
    "VersionsPerPolicyQuota": policies.MOST_VERSIONS,
}


def _counts(call: Call) -> dict[str, int]:
    count = call.store.count
    devices = call.store.list(MfaDevice)
    return {
        "AccountAccessKeysPresent": min(1, count(AccessKey, index="owner", value=f"{call.account}/")),
        "AccountMFAEnabled": 0,
        "AccountPasswordPresent": 0,
        "AccountSigningCertificatesPresent": 0,
        "Groups": count(Group),
        "InstanceProfiles": count(InstanceProfile),
        "MFADevices": len(devices),
        "MFADevicesInUse": sum(bool(each.user_name) for each in devices),
        "Policies": count(ManagedPolicy),
        "PolicyVersionsInUse": sum(len(each.versions) for each in call.store.list(ManagedPolicy)),
        "Providers": count(OidcProvider) + count(SamlProvider),
        "Roles": count(Role),
        "ServerCertificates": count(ServerCertificate),
        "Users": count(User),
    }


def _entries(call: Call, wanted: tuple[str, ...] | list[str]) -> Iterator[tuple[str, Any]]:
    """What is asked for, users first, each kind by name."""
    kinds = {"User": User, "Group": Group, "Role": Role, "LocalManagedPolicy": ManagedPolicy}
    for number, (name, kind) in enumerate(kinds.items()):
        if name in wanted:
            for record in call.store.list(kind):
                yield f"{number} {record.name}", record
    if "AWSManagedPolicy" in wanted:
        for policy in aws_managed_policies().values():
            yield f"{len(kinds)} {policy.name}", policy


def _inline(documents: dict[str, str]) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": encoded(documents[name])} for name in sorted(documents)]


def _attached(record: User | Group | Role) -> list[dict[str, str]]:
    return [shape for _, shape in attached_policies(record.attached)]


def _user_detail(user: User) -> dict[str, Any]:
    shape = listed_user(user)
    shape.pop("PasswordLastUsed", None)
    return {
        **shape,
        "UserPolicyList": _inline(user.policies),
        "GroupList": sorted(user.groups),
        "AttachedManagedPolicies": _attached(user),
        **boundary(user.boundary),
        **shown(user.tags),
    }


def _group_detail(group: Group) -> dict[str, Any]:
    return {
        **group_shape(group),
        "GroupPolicyList": _inline(group.policies),
        "AttachedManagedPolicies": _attached(group),
    }


def _role_detail(call: Call, role: Role, usage: dict[str, Any]) -> dict[str, Any]:
    shape = role_shape(call, role)
    profiles = call.store.list(InstanceProfile, index="role", value=role.name)
    return {
        **{name: value for name, value in shape.items() if name not in ("Description", "MaxSessionDuration")},
        "InstanceProfileList": [instance_profile_shape(call, each) for each in profiles],
        "RolePolicyList": _inline(role.policies),
        "AttachedManagedPolicies": _attached(role),
        "RoleLastUsed": usage,
    }


def _policy_detail(call: Call, policy: ManagedPolicy) -> dict[str, Any]:
    shape = {name: value for name, value in policy_shape(call, policy).items() if name != "Tags"}
    newest_first = reversed(policy.versions)
    versions = [{"Document": encoded(each.document), **version_shape(policy, each)} for each in newest_first]
    return {**shape, "PolicyVersionList": versions}
