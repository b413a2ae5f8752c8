"""How a call names what is in an organization, and whom the organization lets at it.

The management account may do everything that its principals' policies allow. Of the members, delegated administrators
may look, and whomever the organization's resource policy names may do what that says; each under its own policies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization, Unit, organization_policy
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.organizations.errors import (
    AccountNotFoundException,
    AWSOrganizationsNotInUseException,
    ChildNotFoundException,
    OrganizationalUnitNotFoundException,
    ParentNotFoundException,
    PolicyNotFoundException,
    RootNotFoundException,
    TargetNotFoundException,
    Told,
)
from vauban.services.organizations.resources import organization_of

DELEGABLE = frozenset(
    {
        "AttachPolicy",
        "CreatePolicy",
        "DeletePolicy",
        "DescribeAccount",
        "DescribeCreateAccountStatus",
        "DescribeEffectivePolicy",
        "DescribeHandshake",
        "DescribeOrganization",
        "DescribeOrganizationalUnit",
        "DescribePolicy",
        "DescribeResourcePolicy",
        "DetachPolicy",
        "DisablePolicyType",
        "EnablePolicyType",
        "ListAWSServiceAccessForOrganization",
        "ListAccounts",
        "ListAccountsForParent",
        "ListAccountsWithInvalidEffectivePolicy",
        "ListChildren",
        "ListCreateAccountStatus",
        "ListDelegatedAdministrators",
        "ListDelegatedServicesForAccount",
        "ListEffectivePolicyValidationErrors",
        "ListHandshakesForAccount",
        "ListHandshakesForOrganization",
        "ListOrganizationalUnitsForParent",
        "ListParents",
        "ListPolicies",
        "ListPoliciesForTarget",
        "ListRoots",
        "ListTagsForResource",
        "ListTargetsForPolicy",
        "TagResource",
        "UntagResource",
        "UpdatePolicy",
    }
)
"""The operations that a resource policy can hand to member accounts.

Source: Organizations User Guide, "Delegated administrator for Organizations".
"""

Find = Callable[[Records, Organization, str], Resource]


@dataclass(frozen=True)
class InOrganization:
    """Something of the caller's organization."""

    find: Find
    member: str = ""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,) if self.member else ()

    def __call__(self, call: Call, world: World) -> Resource:
        records = world.at("", "")
        organization = organization_of(records, call.principal.account)
        if organization is None:
            return Resource("*", absent=AWSOrganizationsNotInUseException())
        return admitted(call, organization, self.find(records, organization, call.params.get(self.member, "")))


def admitted(call: Call, organization: Organization, resource: Resource) -> Resource:
    """The resource, as far as the organization lets the caller's account at it."""
    account, operation = call.principal.account, call.operation.name
    if account == organization.management_account:
        resource.account = account
    elif account in organization.delegations and operation.startswith(("Describe", "List")):
        pass
    elif organization.resource_policy and operation in DELEGABLE:
        resource.account = organization.management_account
        resource.policy = organization.compiled_resource_policy
    else:
        resource.absent = AccessDeniedException("You don't have permissions to access this resource.")
    return resource


def membership(call: Call, world: World) -> Resource:
    """The organization, for any account in it."""
    organization = organization_of(world.at("", ""), call.principal.account)
    return Resource("*", record=organization, absent=None if organization else AWSOrganizationsNotInUseException())


membership.members = ()
membership.action = ""


def _whole(records: Records, organization: Organization, _: str) -> Resource:
    return Resource("*", record=organization)


organization = InOrganization(_whole)


def entity(records: Records, organization: Organization, id: str) -> Account | Unit | None:
    """The root, organizational unit or account of an id."""
    if id in organization.units:
        return organization.units[id]
    account = records.get(Account, id)
    return account if account is not None and account.organization_id == organization.organization_id else None


def arn_of_entity(organization: Organization, id: str) -> str:
    noun = "root" if id.startswith("r-") else "ou" if id.startswith("ou-") else "account"
    return organization.arn_of(noun, id)


_TYPES = {"r": "root", "o": "organizationalunit"}


def _entity(error: type[Told]) -> Find:
    def find(records: Records, organization: Organization, id: str) -> Resource:
        found: Any = entity(records, organization, id)
        tags = found.tags if found is not None else {}
        return Resource(
            arn_of_entity(organization, id),
            _TYPES.get(id[:1], "account"),
            record=found,
            tags=tags,
            absent=None if found is not None else error(),
        )

    return find


def account(member: str = "AccountId") -> InOrganization:
    return InOrganization(_entity(AccountNotFoundException), member)


def unit(member: str = "OrganizationalUnitId") -> InOrganization:
    return InOrganization(_entity(OrganizationalUnitNotFoundException), member)


def root(member: str = "RootId") -> InOrganization:
    return InOrganization(_entity(RootNotFoundException), member)


def parent(member: str = "ParentId", error: type[Told] = ParentNotFoundException) -> InOrganization:
    """The root or an organizational unit."""
    return InOrganization(_entity(error), member)


def child(member: str = "ChildId") -> InOrganization:
    """An organizational unit or an account."""
    return InOrganization(_entity(ChildNotFoundException), member)


def target(member: str = "TargetId") -> InOrganization:
    """The root, an organizational unit or an account."""
    return InOrganization(_entity(TargetNotFoundException), member)


def _policy(error: type[Told]) -> Find:
    def find(records: Records, organization: Organization, id: str) -> Resource:
        found = organization_policy(records, organization, id)
        if found is None:
            return Resource(organization.arn_of("policy", f"*/{id}"), "policy", absent=error())
        return Resource(found.arn, "awspolicy" if found.aws_managed else "policy", record=found, tags=found.tags)

    return find


def policy(member: str = "PolicyId") -> InOrganization:
    return InOrganization(_policy(PolicyNotFoundException), member)


def _taggable(records: Records, organization: Organization, id: str) -> Resource:
    if id.startswith("p-"):
        return _policy(TargetNotFoundException)(records, organization, id)
    if id.startswith("rp-"):
        absent = None if id == organization.resource_policy_id else TargetNotFoundException()
        tags = organization.resource_policy_tags
        arn = organization.arn_of("resourcepolicy", id)
        return Resource(arn, "resourcepolicy", record=organization, tags=tags, absent=absent)
    return _entity(TargetNotFoundException)(records, organization, id)


def taggable(member: str = "ResourceId") -> InOrganization:
    """Anything that has tags."""
    return InOrganization(_taggable, member)


def _new_policy(records: Records, organization: Organization, _: str) -> Resource:
    return Resource(organization.arn_of("policy", "*"), "policy", record=organization)


new_policy = InOrganization(_new_policy)
"""A policy that is about to be made: it has no id yet."""
