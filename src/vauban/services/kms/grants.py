"""Grants: created, listed, revoked. What one permits is in ``permissions``; how it is retired, in ``retirement``.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Mapping
from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, id_of, require_there
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.kms.errors import DryRunOperationException, LimitExceededException, NotFoundException
from vauban.services.kms.grant_requests import GrantRequest, no_principal, require_principal
from vauban.services.kms.grant_tokens import SALT_SIZE, grant_token
from vauban.services.kms.lists import page
from vauban.services.kms.permissions import account_root
from vauban.services.kms.resolvers import shared_key
from vauban.services.kms.resources import Grant, Key

MOST_PER_KEY = 50_000


@operation("CreateGrant", on=shared_key("KeyId", tokens=True))
def create_grant(
    call: Call,
    key: Key,
    operations: list[str],
    grantee_principal: str = "",
    retiring_principal: str = "",
    constraints: Mapping[str, Any] | None = None,
    name: str = "",
    grantee_service_principal: str = "",
    retiring_service_principal: str = "",
    dry_run: bool = False,
) -> dict[str, Any]:
    """With a name, a request that is repeated gets the grant it made the first time, and a token of its own."""
    wanted = GrantRequest(
        tuple(operations),
        constraints or {},
        grantee_principal,
        grantee_service_principal,
        retiring_principal,
        retiring_service_principal,
    )
    wanted.require_valid(key)
    _require_there(call, wanted.grantee_principal, wanted.retiring_principal)
    grant = _same_grant(call, key, name, wanted)
    if grant is None and call.store.count(Grant, index="key", value=key.key_id) >= MOST_PER_KEY:
        raise LimitExceededException(f"{key.arn} has {MOST_PER_KEY} grants, which is the most a key can have.")
    if dry_run:
        raise DryRunOperationException
    if grant is None:
        grant = _granted(call, key, name, wanted)
        call.store.put(grant)
    return {"GrantToken": grant_token(grant.grant_id, call.random(SALT_SIZE)), "GrantId": grant.grant_id}


@operation("ListGrants", on=shared_key("KeyId"))
def list_grants(
    call: Call,
    key: Key,
    limit: int | None = None,
    marker: str | None = None,
    grant_id: str = "",
    grantee_principal: str = "",
    grantee_service_principal: str = "",
) -> dict[str, Any]:
    if grantee_principal and grantee_service_principal:
        raise ValidationException("Specify either GranteePrincipal or GranteeServicePrincipal, but not both.")
    if grantee_service_principal and call.principal.kind != "service":
        raise ValidationException("Only services may list grants by GranteeServicePrincipal.")
    grantee = grantee_principal or grantee_service_principal
    index, value = ("grantee", f"{key.key_id} {grantee}") if grantee else ("key", key.key_id)

    def entries(after: str, count: int) -> list[tuple[str, dict[str, Any]]]:
        if grant_id:
            found = call.store.get(Grant, grant_id)
            matches = found and found.key_id == key.key_id and grantee in ("", found.grantee) and grant_id > after
            return [(grant_id, entry(call, found))] if matches else []
        grants = call.store.list(Grant, index=index, value=value, after=after, limit=count)
        return [(grant.grant_id, entry(call, grant)) for grant in grants]

    return page(call, "Grants", entries, limit, marker, of=f"{value} {grant_id}")


@operation("ListRetirableGrants")
def list_retirable_grants(
    call: Call,
    limit: int | None = None,
    marker: str | None = None,
    retiring_principal: str = "",
    retiring_service_principal: str = "",
) -> dict[str, Any]:
    """Also grants on keys of other accounts: what matters is whose the retiring principal is."""
    if bool(retiring_principal) == bool(retiring_service_principal):
        raise ValidationException("Specify either RetiringPrincipal or RetiringServicePrincipal, but not both.")
    if retiring_service_principal and call.principal.kind != "service":
        raise ValidationException("Only services may list grants by RetiringServicePrincipal.")
    if retiring_principal and require_principal(retiring_principal) != call.account:
        raise ValidationException("RetiringPrincipal must be a principal in your account.")
    retiring = retiring_principal or retiring_service_principal
    return page(
        call,
        "Grants",
        lambda after, count: [
            (grant.grant_id, entry(call, grant))
            for grant in call.store.list(Grant, index="retiring", value=retiring, after=after, limit=count)
        ],
        limit,
        marker,
        of=retiring,
    )


@operation("RevokeGrant", on=shared_key("KeyId"))
def revoke_grant(call: Call, key: Key, grant_id: str, dry_run: bool = False) -> None:
    grant = call.store.get(Grant, grant_id)
    if grant is None or grant.key_id != key.key_id:
        raise grant_not_found(grant_id)
    if dry_run:
        raise DryRunOperationException
    call.store.delete(grant)


def grant_not_found(grant_id: str) -> NotFoundException:
    return NotFoundException(f"Grant ID {grant_id} not found")


def entry(call: Call, grant: Grant) -> dict[str, Any]:
    """The model's ``GrantListEntry``. Who is gone is told by unique id."""
    members = {
        "KeyId": grant.key_arn,
        "GrantId": grant.grant_id,
        "Name": grant.name,
        "CreationDate": grant.created,
        "GranteePrincipal": _today(call, grant.grantee_principal, grant.grantee_id),
        "GranteeServicePrincipal": grant.grantee_service_principal,
        "RetiringPrincipal": _today(call, grant.retiring_principal, grant.retiring_id),
        "RetiringServicePrincipal": grant.retiring_service_principal,
        "IssuingAccount": grant.issuing_account,
        "Operations": list(grant.operations),
        "Constraints": _constraints(grant),
    }
    return {member: value for member, value in members.items() if value}


def _require_there(call: Call, *principals: str) -> None:
    """Raises InvalidArnException for a user or a role that is not there."""
    try:
        for principal in principals:
            require_there(call.world, principal)
    except UnknownPrincipal as unknown:
        raise no_principal(unknown.principal) from None


def _today(call: Call, principal: str, unique_id: str) -> str:
    return principal if not unique_id or id_of(call.world, principal) == unique_id else unique_id


def _constraints(grant: Grant) -> dict[str, Any]:
    constraints = {
        "EncryptionContextEquals": grant.encryption_context_equals,
        "EncryptionContextSubset": grant.encryption_context_subset,
        "SourceArn": grant.source_arn or None,
    }
    return {kind: value for kind, value in constraints.items() if value is not None}


def _same_grant(call: Call, key: Key, name: str, wanted: GrantRequest) -> Grant | None:
    """A grant of that name that was asked for in the same words by the same account."""
    if not name:
        return None
    issuing_account = account_root(call.principal.account)
    for grant in call.store.list(Grant, index="name", value=f"{key.key_id} {name}"):
        if wanted.asks_for(grant) and grant.issuing_account == issuing_account and _is_for_the_same(call, grant):
            return grant
    return None


def _is_for_the_same(call: Call, grant: Grant) -> bool:
    """Whether those whom it names are who they were when it was made."""
    named = ((grant.grantee_principal, grant.grantee_id), (grant.retiring_principal, grant.retiring_id))
    return all(id_of(call.world, principal) == unique_id for principal, unique_id in named)


def _granted(call: Call, key: Key, name: str, wanted: GrantRequest) -> Grant:
    return Grant(
        grant_id=call.random(32).hex(),
        account=key.account,
        region=key.region,
        key_id=key.key_id,
        created=call.now,
        issuing_account=account_root(call.principal.account),
        name=name,
        grantee_id=id_of(call.world, wanted.grantee_principal),
        retiring_id=id_of(call.world, wanted.retiring_principal),
        **wanted.fields,
    )
