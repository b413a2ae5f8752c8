"""From paying together to all features: every invited account has to approve, and then it is made final."""

from datetime import timedelta
from typing import Any

from vauban.identity.organizations import SERVICE_CONTROL, Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import HandshakeConstraintViolationException
from vauban.services.organizations.handshakes import requested, shown
from vauban.services.organizations.policy_types import enabled
from vauban.services.organizations.resources import Handshake, members, own_organization

LIFE = timedelta(days=90)


@operation("EnableAllFeatures", on=resolvers.organization)
def enable_all_features(call: Call, organization: Organization) -> dict[str, Any]:
    if organization.feature_set == "ALL":
        raise HandshakeConstraintViolationException("ORGANIZATION_ALREADY_HAS_ALL_FEATURES")
    for each in call.store.list(Handshake, index="organization", value=organization.organization_id):
        if each.action == "ENABLE_ALL_FEATURES" and each.pending:
            raise HandshakeConstraintViolationException("ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION")
    invited = [each.account for each in members(call.store, organization) if _has_to_approve(organization, each)]
    whole = ("ORGANIZATION", organization.organization_id)
    final = requested(
        call,
        organization,
        "ENABLE_ALL_FEATURES",
        "REQUESTED" if invited else "OPEN",
        LIFE,
        parties=(whole,),
        recipient=organization.management_account,
    )
    for account in invited:
        parties = (whole, ("ACCOUNT", account))
        more = {"parties": parties, "recipient": account, "parent_id": final.handshake_id}
        requested(call, organization, "APPROVE_ALL_FEATURES", "OPEN", LIFE, **more)
    return {"Handshake": shown(final)}


def _has_to_approve(organization: Organization, account: Any) -> bool:
    """Accounts that were made in the organization have no say."""
    return account.joined_method == "INVITED" and account.account != organization.management_account


def approve(call: Call, handshake: Handshake) -> None:
    """One account's approval; with the last one, the change can be made final."""
    others = call.store.list(Handshake, index="parent", value=handshake.parent_id or "")
    waiting = [each for each in others if each.state != "ACCEPTED" and each.handshake_id != handshake.handshake_id]
    final = call.store.get(Handshake, handshake.parent_id or "")
    if not waiting and final is not None and final.state == "REQUESTED":
        call.store.put(replace(final, state="OPEN"))


def enable(call: Call, handshake: Handshake) -> None:
    """All features, for good; service control policies are among them."""
    organization = replace(own_organization(call), feature_set="ALL")
    enabled(call, organization, SERVICE_CONTROL, shown=False)
