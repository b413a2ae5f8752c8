"""What Organizations keeps beside the organization itself and its policies (``identity.organizations``), which
decisions stand on. Read those first; ``resolvers`` says how a call names all of it."""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import FULL_ACCESS, Organization
from vauban.kernel.calls import Call
from vauban.kernel.records import Scope, record
from vauban.kernel.stores import Records

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"

CLOSED_ACCOUNT_IS_KEPT = timedelta(days=90)
ANSWERED_HANDSHAKE_IS_KEPT = timedelta(days=30)


@record(
    "organizations:AccountRequest", id="request_id", scope=Scope.GLOBAL, indexes={"organization": "organization_id"}
)
class AccountRequest:
    """An account asked for by CreateAccount."""

    request_id: str
    """``car-…``"""
    organization_id: str
    name: str
    requested: datetime
    account: str = ""
    """The new account; empty where there will be none."""
    failure_reason: str = ""
    completed: datetime | None = None

    @property
    def state(self) -> str:
        if self.completed is None:
            return "IN_PROGRESS"
        return "FAILED" if self.failure_reason else "SUCCEEDED"


@record(
    "organizations:Closure",
    id="account",
    scope=Scope.GLOBAL,
    indexes={"organization": "organization_id"},
    due="final",
)
class Closure:
    """An account that is closed, and for good when its time is over."""

    account: str
    organization_id: str
    management_account: str
    requested: datetime

    @property
    def final(self) -> datetime:
        return self.requested + CLOSED_ACCOUNT_IS_KEPT


@record(
    "organizations:Handshake",
    id="handshake_id",
    scope=Scope.GLOBAL,
    indexes={"organization": "organization_id", "recipient": "recipient", "parent": "parent_id"},
    due="due",
)
class Handshake:
    """What one account asks another, or a step of an organization's own towards all features."""

    handshake_id: str
    organization_id: str
    account: str
    """The management account, which asks."""
    action: str
    state: str
    requested: datetime
    expires: datetime
    arn: str
    parties: tuple[tuple[str, str], ...]
    """Type and id, as they were named."""
    recipient: str | None = None
    """The account that may accept it, by its number or, until one has it, by its address in lower case."""
    management_address: str = ""
    management_name: str = ""
    feature_set: str = "ALL"
    notes: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    parent_id: str | None = None
    answered: datetime | None = None

    @property
    def pending(self) -> bool:
        return self.state in ("OPEN", "REQUESTED")

    @property
    def due(self) -> datetime:
        """When it expires, or is forgotten."""
        return self.expires if self.answered is None else self.answered + ANSWERED_HANDSHAKE_IS_KEPT


def organization_of(records: Records, account_id: str) -> Organization | None:
    """The organization that an account is in."""
    account = records.get(Account, account_id)
    if account is None or account.organization_id is None:
        return None
    return records.get(Organization, account.organization_id)


def own_organization(call: Call) -> Organization:
    """The caller's, who is known to have one."""
    found = organization_of(call.store, call.principal.account)
    assert found is not None
    return found


def members(records: Records, organization: Organization) -> list[Account]:
    """Its accounts, the management account among them, in order of making."""
    found = records.list(Account, index="organization", value=organization.organization_id)
    return sorted(found, key=lambda each: each.number)


def default_policies(organization: Organization) -> tuple[str, ...]:
    """The policies of AWS's that whatever comes into the organization starts with."""
    return tuple(policy.policy_id for type, policy in FULL_ACCESS.items() if type in organization.policy_types)


def new_id(call: Call, prefix: str, length: int) -> str:
    """``prefix`` and random lower-case letters and digits. At 256 values a byte, some letters come up more often."""
    return prefix + "".join(_ALPHABET[byte % 36] for byte in call.random(length))


def tag_list(tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
