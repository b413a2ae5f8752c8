"""Organizational units: a tree of at most five levels under the root."""

from collections.abc import Iterator
from typing import Any

from vauban.identity.accounts import Account
from vauban.identity.organizations import Organization, Unit
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import (
    ConstraintViolationException,
    DuplicateOrganizationalUnitException,
    OrganizationalUnitNotEmptyException,
)
from vauban.services.organizations.lists import page
from vauban.services.organizations.resources import default_policies, new_id, own_organization
from vauban.services.organizations.tags import tagged

_DEEPEST = 5
_MOST = 2000

Tags = list[dict[str, str]]


@operation("CreateOrganizationalUnit", on=resolvers.parent(), also=(("TagResource", "Tags"),))
def create_organizational_unit(call: Call, parent: Unit, name: str, tags: Tags = ()) -> dict[str, Any]:
    organization = own_organization(call)
    _refuse_name(organization, parent.unit_id, name)
    if len(organization.lineage(parent.unit_id)) > _DEEPEST:
        raise ConstraintViolationException("OU_DEPTH_LIMIT_EXCEEDED")
    if len(organization.units) > _MOST:
        raise ConstraintViolationException("OU_NUMBER_LIMIT_EXCEEDED")
    unit_id = new_id(call, f"ou-{organization.root_id.removeprefix('r-')}-", 8)
    unit = Unit(unit_id, name, parent.unit_id, default_policies(organization), tagged({}, tags))
    call.store.put(with_unit(organization, unit))
    return {"OrganizationalUnit": shown(organization, unit, organization.path(parent.unit_id) + f"{unit_id}/")}


@operation("DescribeOrganizationalUnit", on=resolvers.unit())
def describe_organizational_unit(call: Call, unit: Unit) -> dict[str, Any]:
    return {"OrganizationalUnit": _found(own_organization(call), unit)}


@operation("UpdateOrganizationalUnit", on=resolvers.unit())
def update_organizational_unit(call: Call, unit: Unit, name: str | None = None) -> dict[str, Any]:
    organization = own_organization(call)
    if name is not None and name != unit.name:
        _refuse_name(organization, unit.parent_id, name)
        unit = replace(unit, name=name)
        call.store.put(with_unit(organization, unit))
    return {"OrganizationalUnit": _found(organization, unit)}


@operation("DeleteOrganizationalUnit", on=resolvers.unit())
def delete_organizational_unit(call: Call, unit: Unit) -> None:
    organization = own_organization(call)
    inhabited = call.store.list(Account, index="parent", value=unit.unit_id, limit=1)
    if inhabited or any(children(organization, unit.unit_id)):
        raise OrganizationalUnitNotEmptyException
    kept = {id: each for id, each in organization.units.items() if id != unit.unit_id}
    call.store.put(replace(organization, units=kept))


@operation("ListOrganizationalUnitsForParent", on=resolvers.parent())
def list_organizational_units_for_parent(
    call: Call, parent: Unit, next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    organization = own_organization(call)
    return page(
        call,
        "OrganizationalUnits",
        children(organization, parent.unit_id),
        lambda each: each.unit_id,
        lambda each: _found(organization, each),
        max_results,
        next_token,
    )


def children(organization: Organization, unit_id: str) -> Iterator[Unit]:
    return (each for each in organization.units.values() if each.parent_id == unit_id)


def with_unit(organization: Organization, unit: Unit) -> Organization:
    """The organization with a unit, new or changed, in its place."""
    return replace(organization, units={**organization.units, unit.unit_id: unit})


def _refuse_name(organization: Organization, parent_id: str, name: str) -> None:
    if any(each.name == name for each in children(organization, parent_id)):
        raise DuplicateOrganizationalUnitException


def _found(organization: Organization, unit: Unit) -> dict[str, Any]:
    return shown(organization, unit, organization.path(unit.unit_id))


def shown(organization: Organization, unit: Unit, path: str) -> dict[str, Any]:
    """The model's ``OrganizationalUnit``."""
    return {"Id": unit.unit_id, "Arn": organization.arn_of("ou", unit.unit_id), "Name": unit.name, "Path": path}
