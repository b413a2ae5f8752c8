"""Accounts invited into an organization."""

from datetime import timedelta
from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import memberships, resolvers
from vauban.services.organizations.accounts import leave
from vauban.services.organizations.errors import (
    DuplicateHandshakeException,
    HandshakeConstraintViolationException,
    HandshakeNotFoundException,
    InvalidInputException,
)
from vauban.services.organizations.handshakes import names_of, requested, shown
from vauban.services.organizations.linked_roles import link
from vauban.services.organizations.resources import Handshake, organization_of
from vauban.services.organizations.tags import tagged

LIFE = timedelta(days=15)


@operation("InviteAccountToOrganization", on=resolvers.organization, also=(("TagResource", "Tags"),))
def invite_account_to_organization(
    call: Call,
    organization: Organization,
    target: dict[str, str],
    notes: str = "",
    tags: list[dict[str, str]] = (),
) -> dict[str, Any]:
    recipient = _recipient(target)
    account = _account(call, target)
    if account is not None and account.organization_id == organization.organization_id:
        raise HandshakeConstraintViolationException("ALREADY_IN_AN_ORGANIZATION")
    for each in _open(call, organization):
        if each.action == "ENABLE_ALL_FEATURES":
            raise HandshakeConstraintViolationException("INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES")
        if each.recipient in (recipient, *names_of(account)):
            raise DuplicateHandshakeException
    handshake = requested(
        call,
        organization,
        "INVITE",
        "OPEN",
        LIFE,
        parties=(("ORGANIZATION", organization.organization_id), (target["Type"], target["Id"])),
        recipient=recipient,
        notes=notes,
        tags=tagged({}, tags),
    )
    return {"Handshake": shown(handshake)}


def join(call: Call, handshake: Handshake) -> None:
    """The accepting account comes into the organization, out of the one it may still be in."""
    account = call.store.get(Account, call.account)
    organization = call.store.get(Organization, handshake.organization_id)
    if organization is None:
        raise HandshakeNotFoundException
    link(call)
    former = organization_of(call.store, call.account)
    if former is not None:
        if former.organization_id == organization.organization_id:
            raise HandshakeConstraintViolationException("ALREADY_IN_AN_ORGANIZATION")
        leave(call, former, account)
    memberships.join(call, organization, replace(account, tags=handshake.tags), "INVITED")


def _recipient(target: dict[str, str]) -> str:
    """What the invited account is found by. Raises InvalidInputException."""
    type, id = target.get("Type"), target.get("Id", "")
    if type == "ACCOUNT":
        if not (len(id) == 12 and id.isascii() and id.isdigit()):
            raise InvalidInputException("INVALID_PATTERN")
        return id
    if type != "EMAIL":
        raise InvalidInputException("INVALID_PARTY_TYPE_TARGET")
    if "@" not in id:
        raise InvalidInputException("INVALID_EMAIL_ADDRESS_TARGET")
    return id.lower()


def _account(call: Call, target: dict[str, str]) -> Account | None:
    """The account that is meant, if there is one."""
    if target["Type"] == "ACCOUNT":
        return call.store.get(Account, target["Id"])
    found = call.store.list(Account, index="address", value=target["Id"].lower(), limit=1)
    return found[0] if found else None


def _open(call: Call, organization: Organization) -> list[Handshake]:
    found = call.store.list(Handshake, index="organization", value=organization.organization_id)
    return [each for each in found if each.pending]
