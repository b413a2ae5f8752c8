import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT


def make(client, parent, name, **more):
    return client.create_organizational_unit(ParentId=parent, Name=name, **more)["OrganizationalUnit"]


def test_a_unit_is_made_described_renamed_and_deleted(client, organization, root):
    made = make(client, root, "shops")
    assert made["Id"].startswith(f"ou-{root[2:]}-")
    assert made["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:ou/{organization['Id']}/{made['Id']}"
    assert made["Path"] == f"{organization['Id']}/{root}/{made['Id']}/"
    assert client.describe_organizational_unit(OrganizationalUnitId=made["Id"])["OrganizationalUnit"] == made
    renamed = client.update_organizational_unit(OrganizationalUnitId=made["Id"], Name="stores")["OrganizationalUnit"]
    assert renamed == {**made, "Name": "stores"}
    client.delete_organizational_unit(OrganizationalUnitId=made["Id"])
    for ask in (client.describe_organizational_unit, client.delete_organizational_unit):
        with pytest.raises(client.exceptions.OrganizationalUnitNotFoundException):
            ask(OrganizationalUnitId=made["Id"])


def test_names_are_unique_beside_each_other_and_not_further(client, root, unit):
    with pytest.raises(client.exceptions.DuplicateOrganizationalUnitException):
        make(client, root, "workloads")
    make(client, unit, "workloads")
    other = make(client, root, "other")
    with pytest.raises(client.exceptions.DuplicateOrganizationalUnitException):
        client.update_organizational_unit(OrganizationalUnitId=other["Id"], Name="workloads")
    client.update_organizational_unit(OrganizationalUnitId=other["Id"], Name="other")


def test_units_are_nested_five_deep(client, root):
    parent = root
    for level in range(5):
        parent = make(client, parent, f"level {level}")["Id"]
    with pytest.raises(client.exceptions.ConstraintViolationException) as refused:
        make(client, parent, "too deep")
    assert refused.value.response["Reason"] == "OU_DEPTH_LIMIT_EXCEEDED"


def test_a_unit_that_holds_something_is_not_deleted(client, root, unit, member):
    inner = make(client, unit, "inner")["Id"]
    with pytest.raises(client.exceptions.OrganizationalUnitNotEmptyException):
        client.delete_organizational_unit(OrganizationalUnitId=unit)
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=inner)
    with pytest.raises(client.exceptions.OrganizationalUnitNotEmptyException):
        client.delete_organizational_unit(OrganizationalUnitId=inner)
    client.move_account(AccountId=member, SourceParentId=inner, DestinationParentId=root)
    client.delete_organizational_unit(OrganizationalUnitId=inner)
    client.delete_organizational_unit(OrganizationalUnitId=unit)


def test_the_tree_is_walked_up_and_down(client, root, unit):
    inner = make(client, unit, "inner")["Id"]
    made = sorted(make(client, root, f"unit {number}")["Id"] for number in range(4))
    pages = client.get_paginator("list_organizational_units_for_parent").paginate(
        ParentId=root, PaginationConfig={"PageSize": 2}
    )
    assert [each["Id"] for page in pages for each in page["OrganizationalUnits"]] == sorted([unit, *made])
    children = client.list_children(ParentId=unit, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert children == [{"Id": inner, "Type": "ORGANIZATIONAL_UNIT"}]
    assert client.list_parents(ChildId=inner)["Parents"] == [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]
    assert client.list_children(ParentId=root, ChildType="ACCOUNT")["Children"] == [
        {"Id": MANAGEMENT, "Type": "ACCOUNT"}
    ]


def test_what_is_not_there_is_named(client, root):
    with pytest.raises(client.exceptions.ParentNotFoundException, match="You specified a parent that doesn't exist"):
        make(client, "r-zzzz", "x")
    with pytest.raises(client.exceptions.ParentNotFoundException):
        client.list_children(ParentId="ou-zzzz-12345678", ChildType="ACCOUNT")
    with pytest.raises(client.exceptions.ChildNotFoundException):
        client.list_parents(ChildId="000000000000")


def test_a_policy_may_name_where_units_are_made(house, client, root, unit):
    arn = client.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]["Arn"]
    allow = {"Effect": "Allow", "Action": "organizations:CreateOrganizationalUnit", "Resource": arn}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    make(alice, unit, "inner")
    with pytest.raises(ClientError, match="AccessDenied"):
        make(alice, root, "outer")
