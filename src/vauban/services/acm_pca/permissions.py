"""What AWS Certificate Manager may do with an authority."""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm_pca.errors import (
    InvalidArgsException,
    PermissionAlreadyExistsException,
    ResourceNotFoundException,
)
from vauban.services.acm_pca.lists import MOST, page
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import CertificateAuthority, Permission
from vauban.services.acm_pca.states import require_there

ONLY = "acm.amazonaws.com"


@operation("CreatePermission", on=an_authority)
def create_permission(
    call: Call, authority: CertificateAuthority, principal: str, actions: list[str], source_account: str | None = None
) -> None:
    require_there(authority)
    if principal != ONLY:
        raise InvalidArgsException(f"The principal {principal} is not valid: it must be {ONLY}.")
    account = source_account or authority.account
    if any((each.principal, each.source_account) == (principal, account) for each in authority.permissions):
        raise PermissionAlreadyExistsException(f"The permission of {principal} has already been given.")
    given = Permission(principal, account, tuple(dict.fromkeys(actions)), call.now)
    call.store.put(replace(authority, permissions=(*authority.permissions, given)))


@operation("DeletePermission", on=an_authority)
def delete_permission(
    call: Call, authority: CertificateAuthority, principal: str, source_account: str | None = None
) -> None:
    require_there(authority)
    whose = (principal, source_account or authority.account)
    left = tuple(each for each in authority.permissions if (each.principal, each.source_account) != whose)
    if len(left) == len(authority.permissions):
        raise ResourceNotFoundException(f"Could not find a permission of {principal}")
    call.store.put(replace(authority, permissions=left))


@operation("ListPermissions", on=an_authority)
def list_permissions(
    call: Call, authority: CertificateAuthority, max_results: int = MOST, next_token: str | None = None
) -> dict[str, Any]:
    require_there(authority)
    entries = [(f"{each.principal} {each.source_account}", _told(authority, each)) for each in authority.permissions]
    return page(call, "Permissions", entries, max_results, next_token, of=authority.authority_id)


def _told(authority: CertificateAuthority, permission: Permission) -> dict[str, Any]:
    return {
        "CertificateAuthorityArn": authority.arn,
        "CreatedAt": permission.created,
        "Principal": permission.principal,
        "SourceAccount": permission.source_account,
        "Actions": list(permission.actions),
        "Policy": json.dumps(permission.policy(authority.arn)),
    }
