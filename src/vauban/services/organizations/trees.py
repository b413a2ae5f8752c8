"""What hangs where, and accounts hung elsewhere."""

from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization, Unit
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import (
    DestinationParentNotFoundException,
    DuplicateAccountException,
    SourceParentNotFoundException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.policy_types import shown_root
from vauban.services.organizations.resources import own_organization
from vauban.services.organizations.units import children


@operation("ListRoots", on=resolvers.organization)
def list_roots(
    call: Call, organization: Organization, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    roots = [organization.units[organization.root_id]]
    return page(
        call, "Roots", roots, lambda each: each.unit_id, lambda _: shown_root(organization), max_results, next_token
    )


@operation("ListParents", on=resolvers.child())
def list_parents(
    call: Call, child: Account | Unit, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    def show(unit_id: str) -> dict[str, str]:
        return {"Id": unit_id, "Type": "ROOT" if unit_id.startswith("r-") else "ORGANIZATIONAL_UNIT"}

    return page(call, "Parents", [child.parent_id or ""], str, show, max_results, next_token)


@operation("ListChildren", on=resolvers.parent())
def list_children(
    call: Call, parent: Unit, child_type: str, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    if child_type == "ACCOUNT":
        ids = [each.account for each in call.store.list(Account, index="parent", value=parent.unit_id)]
    else:
        ids = [each.unit_id for each in children(own_organization(call), parent.unit_id)]
    return page(call, "Children", ids, str, lambda id: {"Id": id, "Type": child_type}, max_results, next_token)


@operation(
    "MoveAccount",
    on=(
        resolvers.account(),
        resolvers.parent("SourceParentId", SourceParentNotFoundException),
        resolvers.parent("DestinationParentId", DestinationParentNotFoundException),
    ),
)
def move_account(call: Call, account: Account, source: Unit, destination: Unit) -> None:
    if account.parent_id == destination.unit_id:
        raise DuplicateAccountException
    if account.parent_id != source.unit_id:
        raise SourceParentNotFoundException
    call.store.put(replace(account, parent_id=destination.unit_id))
    # The destination may be deleted at the same time: it is, or the account comes there, but not both.
    call.store.put(own_organization(call).revised())
