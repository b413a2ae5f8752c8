"""Where an account stands in its organization, and which policies of the organization that puts it under."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from vauban.aws.actions import resource_controlled
from vauban.identity.accounts import Account
from vauban.identity.organizations import RESOURCE_CONTROL, SERVICE_CONTROL, Organization, control_levels
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.policy import Policies, Policy

if TYPE_CHECKING:
    from vauban.gateway.callers import Caller

Levels = tuple[tuple[Policy, ...], ...]
"""The policies at the root, at each organizational unit, and at the account itself."""

_SERVICE_LINKED = ":role/aws-service-role/"


class Standing:
    """Of an account, as long as its own record and its organization's are the newest. Compared by identity."""

    def __init__(self, account: Account | None, organization: Organization | None, records: Records):
        self.account = account
        self.organization = organization
        self.closed = account is not None and account.closed
        self.organization_id: str | None = None
        self.management_account: str | None = None
        self.paths: list[str] | None = None
        self.service_control: Levels = ()
        self.resource_control: Levels = ()
        self._bound: WeakKeyDictionary[Caller, Caller] = WeakKeyDictionary()
        if account is not None and organization is not None:
            self._stand_in(account, organization, records)

    def _stand_in(self, account: Account, organization: Organization, records: Records) -> None:
        self.organization_id = organization.organization_id
        self.management_account = organization.management_account
        self.paths = [organization.path(account.parent_id)]
        if account.account != organization.management_account:
            self.service_control = _levels(account, organization, records, SERVICE_CONTROL)
            self.resource_control = _levels(account, organization, records, RESOURCE_CONTROL)

    @cached_property
    def targets(self) -> list[str]:
        """The ARNs of the root, each unit, and the account itself, in that order."""
        account, organization = self.account, self.organization
        if account is None or organization is None:
            return []
        units = organization.lineage(account.parent_id)
        arns = [organization.arn_of("ou" if each.parent_id else "root", each.unit_id) for each in units]
        return [*arns, organization.arn_of("account", account.account)]

    def bound(self, caller: "Caller") -> "Caller":
        """The caller under the account's service control policies, always the same for the same caller."""
        if self.organization is None:
            return caller
        found = self._bound.get(caller)
        if found is None:
            controls = () if service_linked(caller.principal) else self.service_control
            found = replace(caller, policies=replace(caller.policies, service_control=controls), standing=self)
            self._bound[caller] = found
        return found

    def policies(self, caller: "Caller", action: str, resource: Resource) -> Policies:
        """Those of a decision on a resource of the account: the caller's, and the account's resource control."""
        if not self.resource_control or resource.aws_managed or service_linked(caller.principal):
            return caller.policies
        if not resource_controlled(action.partition(":")[0]):
            return caller.policies
        return replace(caller.policies, resource_control=self.resource_control)


def service_linked(principal: Principal) -> bool:
    """Whether control policies do not reach it."""
    return _SERVICE_LINKED in principal.issuer_arn


def _levels(account: Account, organization: Organization, records: Records, type: str) -> Levels:
    found = control_levels(records, account, organization, type)
    return tuple(tuple(each.compiled for each in level) for level in found)


class Standings:
    """Of every account, each kept for as long as the records it was made from are the newest."""

    def __init__(self) -> None:
        self._kept: dict[str, Standing] = {}

    def of(self, account: str, world: World) -> Standing:
        """Services and the anonymous, who are of no account, stand nowhere."""
        if not account:
            return NOWHERE
        records = world.at("", "")
        found = records.get(Account, account)
        organization_id = None if found is None else found.organization_id
        organization = None if organization_id is None else records.get(Organization, organization_id)
        kept = self._kept.get(account)
        if kept is not None and kept.account is found and kept.organization is organization:
            return kept
        made = self._kept[account] = Standing(found, organization, records)
        return made


NOWHERE = Standing(None, None, None)
