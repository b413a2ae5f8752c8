"""Handshakes: asked by one account, answered by another (``answers``), and forgotten after a while."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.operations import ServiceEvent, operation, when_due
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import HandshakeNotFoundException, InvalidInputException
from vauban.services.organizations.lists import page
from vauban.services.organizations.resources import Handshake, new_id


@dataclass(frozen=True)
class HandshakeResolver:
    """A handshake that the caller's account may act on: the sender's, or the recipient's."""

    sender: bool
    recipient: bool
    members: tuple[str, ...] = ("HandshakeId",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        records, id = world.at("", ""), call.params["HandshakeId"]
        found = records.get(Handshake, id)
        if found is None:
            return Resource("*", absent=HandshakeNotFoundException())
        sent = self.sender and found.account == call.account
        received = self.recipient and _is_for(records, found, call.account)
        refusal = AccessDeniedException("You don't have permissions to access this resource.")
        return Resource(found.arn, "handshake", record=found, absent=None if sent or received else refusal)


def _is_for(records: Records, handshake: Handshake, account_id: str) -> bool:
    return handshake.recipient in names_of(records.get(Account, account_id))


def names_of(account: Account | None) -> tuple[str, ...]:
    """What handshakes call an account: its number, or its address."""
    return () if account is None else (account.account, account.folded_address)


@operation("DescribeHandshake", on=HandshakeResolver(sender=True, recipient=True))
def describe_handshake(call: Call, handshake: Handshake) -> dict[str, Any]:
    return {"Handshake": shown(handshake)}


@operation("ListHandshakesForAccount")
def list_handshakes_for_account(
    call: Call, filter: dict[str, str] | None = None, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    names = names_of(call.store.get(Account, call.account))
    found = [each for name in names for each in call.store.list(Handshake, index="recipient", value=name)]
    return _listed(call, found, filter, next_token, max_results)


@operation("ListHandshakesForOrganization", on=resolvers.organization)
def list_handshakes_for_organization(
    call: Call,
    organization: Organization,
    filter: dict[str, str] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> dict[str, Any]:
    found = call.store.list(Handshake, index="organization", value=organization.organization_id)
    return _listed(call, found, filter, next_token, max_results)


@when_due(Handshake)
def handshake_is_over(call: ServiceCall, handshake: Handshake) -> ServiceEvent | None:
    """Nobody answered in time; or it was answered, and has been shown long enough."""
    if handshake.answered is not None:
        call.store.delete(handshake)
        return None
    answered(call, handshake, "EXPIRED")
    return ServiceEvent("ExpireHandshake", (), {"handshakeId": handshake.handshake_id})


def requested(
    call: Call, organization: Organization, action: str, state: str, life: timedelta, **more: Any
) -> Handshake:
    """A new handshake of the organization's, put; the rest of its fields as ``more``."""
    management = call.store.get(Account, organization.management_account)
    handshake_id = new_id(call, "h-", 32)
    handshake = Handshake(
        handshake_id=handshake_id,
        organization_id=organization.organization_id,
        account=management.account,
        action=action,
        state=state,
        requested=call.now,
        expires=call.now + life,
        arn=organization.arn_of("handshake", f"{action.lower()}/{handshake_id}"),
        management_address=management.address,
        management_name=management.name or management.account,
        feature_set=organization.feature_set,
        **more,
    )
    call.store.put(handshake)
    return handshake


def answered(call: Call, handshake: Handshake, state: str) -> Handshake:
    """The handshake in a state in which it stays, put."""
    answered = replace(handshake, state=state, answered=call.now)
    call.store.put(answered)
    return answered


def _listed(
    call: Call, found: list[Handshake], filter: dict[str, str] | None, token: str | None, limit: int | None
) -> dict[str, Any]:
    if filter and len(filter) > 1:
        raise InvalidInputException("MAX_LIMIT_EXCEEDED_FILTER")
    action, parent = (filter or {}).get("ActionType"), (filter or {}).get("ParentHandshakeId")
    chosen = [
        each for each in found if (not action or each.action == action) and (not parent or each.parent_id == parent)
    ]
    return page(call, "Handshakes", chosen, lambda each: f"{each.requested} {each.handshake_id}", shown, limit, token)


def shown(handshake: Handshake) -> dict[str, Any]:
    """The model's ``Handshake``."""
    return {
        "Id": handshake.handshake_id,
        "Arn": handshake.arn,
        "Parties": [{"Type": type, "Id": id} for type, id in handshake.parties],
        "State": handshake.state,
        "RequestedTimestamp": handshake.requested,
        "ExpirationTimestamp": handshake.expires,
        "Action": handshake.action,
        "Resources": _resources(handshake),
    }


def _resources(handshake: Handshake) -> list[dict[str, Any]]:
    """What a party has to know before it answers."""
    within = [
        {"Type": "MASTER_EMAIL", "Value": handshake.management_address},
        {"Type": "MASTER_NAME", "Value": handshake.management_name},
        {"Type": "ORGANIZATION_FEATURE_SET", "Value": handshake.feature_set},
    ]
    resources: list[dict[str, Any]] = [
        {"Type": "ORGANIZATION", "Value": handshake.organization_id, "Resources": within}
    ]
    resources += [{"Type": type, "Value": id} for type, id in handshake.parties if type != "ORGANIZATION"]
    if handshake.parent_id:
        resources.append({"Type": "PARENT_HANDSHAKE", "Value": handshake.parent_id})
    if handshake.notes:
        resources.append({"Type": "NOTES", "Value": handshake.notes})
    return resources
