"""RetireGrant, which has a rule of its own: who may retire a grant is written in the grant.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html
"""

from dataclasses import dataclass

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.kms.errors import DryRunOperationException
from vauban.services.kms.grant_tokens import grant_id_of
from vauban.services.kms.grants import grant_not_found
from vauban.services.kms.permissions import account_root, is_still, names_of
from vauban.services.kms.resolvers import absent_key, resource_of, shared_key
from vauban.services.kms.resources import Grant, Key

OWN_POLICIES = frozenset({Layer.PRINCIPAL, Layer.PERMISSIONS_BOUNDARY, Layer.SESSION})
"""What a principal need not be allowed by where the grant names it itself."""


@dataclass(frozen=True)
class GrantResolver:
    """The key of the grant to retire, with the grant as its record; by token, or by key and grant id."""

    members: tuple[str, ...] = ("GrantToken", "KeyId", "GrantId")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        token, key_id, grant_id = (call.params.get(member) for member in self.members)
        if token and not (key_id or grant_id):
            grant = world.at(call.account, call.region).get(Grant, grant_id_of(token))
            return self._found(call, world, grant, grant_not_found(grant_id_of(token)))
        if token or not key_id or not grant_id:
            raise ValidationException("Specify either GrantToken, or both KeyId and GrantId.")
        named = shared_key("KeyId").named(call, world, key_id)
        if named.absent is not None:
            return named
        grant = world.at(named.account, call.region).get(Grant, grant_id)
        if grant is not None and grant.key_id != named.record.key_id:
            grant = None
        return self._found(call, world, grant, grant_not_found(grant_id))

    def _found(self, call: Call, world: World, grant: Grant | None, missing: AwsError) -> Resource:
        if grant is None:
            return absent_key(call, missing)
        records = world.at(grant.account, call.region)
        return resource_of(call, records.get(Key, grant.key_id), records, "KeyId", grant)


def may_retire(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Policies may allow it, and may deny it; else the grant itself says who may.

    Where it names an account, that account's own policies say who of it.
    """
    (resource,) = resources
    decision = evaluate("kms:RetireGrant", resource)
    if decision.allowed or resource.record is None or _is_held_back(decision):
        return decision
    names = names_of(call.principal)
    if not _layers(decision, Effect.IMPLICIT_DENY) & OWN_POLICIES:
        names = (*names, account_root(call.principal.account))
    if not _is_named(call.principal, names, resource.record):
        return decision
    check = Check(Layer.RESOURCE, Effect.ALLOW, (f"grant/{resource.record.grant_id}",))
    return Decision(True, decision.action, decision.resource, (check,))


def _is_held_back(decision: Decision) -> bool:
    """Whether something says no that no grant stands against."""
    if _layers(decision, Effect.EXPLICIT_DENY):
        return True
    return not _layers(decision, Effect.IMPLICIT_DENY) <= OWN_POLICIES | {Layer.RESOURCE}


def _layers(decision: Decision, effect: Effect) -> set[Layer]:
    return {check.layer for check in decision.checks if check.effect is effect}


def _is_named(principal: Principal, names: tuple[str, ...], grant: Grant) -> bool:
    """Whether one of ``names`` is the grant's issuer or retiring principal, or a grantee that may retire it."""
    if grant.issuing_account in names:
        return True
    if grant.retiring_principals in names and is_still(principal, grant.retiring_id):
        return True
    return "RetireGrant" in grant.operations and grant.grantee in names and is_still(principal, grant.grantee_id)


@operation("RetireGrant", on=GrantResolver(), decide=may_retire)
def retire_grant(call: Call, grant: Grant, dry_run: bool = False) -> None:
    if dry_run:
        raise DryRunOperationException
    call.store.delete(grant)
