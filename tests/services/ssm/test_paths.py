import pytest
from botocore.exceptions import ClientError

from .conftest import arn

NAMES = ("/a/b/c", "/a/b/d", "/a/bb", "/a/x", "/ab/y", "/top", "plain", "/a/b-1/z")


@pytest.fixture
def tree(put):
    for name in NAMES:
        put(name, name)


def names(ssm, path, **more):
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, **more)
    return [each["Name"] for page in pages for each in page["Parameters"]]


def test_one_level_is_what_lies_directly_under_a_path(ssm, tree):
    assert names(ssm, "/a") == ["/a/bb", "/a/x"]
    assert names(ssm, "/a/b") == names(ssm, "/a/b/") == ["/a/b/c", "/a/b/d"]
    assert names(ssm, "/") == ["/top", "plain"]
    assert names(ssm, "/a/b/c") == names(ssm, "/none") == []


def test_all_levels_are_in_order_of_name(ssm, tree):
    assert names(ssm, "/a", Recursive=True) == ["/a/b-1/z", "/a/b/c", "/a/b/d", "/a/bb", "/a/x"]
    assert names(ssm, "/a/b", Recursive=True) == ["/a/b/c", "/a/b/d"]
    assert names(ssm, "/", Recursive=True) == sorted(NAMES)


def test_pages_are_of_ten_at_most(ssm, put):
    for number in range(12):
        put(f"/many/{number:02}")
    first = ssm.get_parameters_by_path(Path="/many")
    assert len(first["Parameters"]) == 10
    second = ssm.get_parameters_by_path(Path="/many", NextToken=first["NextToken"])
    assert [each["Name"] for each in second["Parameters"]] == ["/many/10", "/many/11"]
    assert "NextToken" not in second
    assert len(ssm.get_parameters_by_path(Path="/many", MaxResults=3)["Parameters"]) == 3
    with pytest.raises(ClientError, match=r"ValidationException.*less than or equal to 10"):
        ssm.get_parameters_by_path(Path="/many", MaxResults=20)
    for other in ({"Path": "/"}, {"Path": "/many", "Recursive": True}):
        with pytest.raises(ssm.exceptions.InvalidNextToken):
            ssm.get_parameters_by_path(**other, NextToken=first["NextToken"])
    with pytest.raises(ssm.exceptions.InvalidNextToken):
        ssm.get_parameters_by_path(Path="/many", NextToken="nonsense")


@pytest.mark.parametrize("path", ["a", "a/b", "//", "/a//b", "/a b", "/a:1"])
def test_a_path_starts_with_a_slash(path, ssm):
    with pytest.raises(ClientError, match=r"ValidationException.*must begin with a forward slash"):
        ssm.get_parameters_by_path(Path=path)


def test_a_label_chooses_the_version(ssm, put, tree):
    put("/a/x", "new", Overwrite=True)
    ssm.label_parameter_version(Name="/a/x", ParameterVersion=1, Labels=["prod"])
    ssm.label_parameter_version(Name="/a/bb", Labels=["test"])
    found = ssm.get_parameters_by_path(Path="/a", ParameterFilters=[{"Key": "Label", "Values": ["prod"]}])["Parameters"]
    assert [(each["Name"], each["Value"], each["Selector"]) for each in found] == [("/a/x", "/a/x", ":prod")]


def test_types_and_keys_narrow(ssm, put, key_id):
    put("/p/s", "x", Type="SecureString", KeyId=key_id)
    put("/p/l", "x,y", Type="StringList")
    put("/p/t")
    assert names(ssm, "/p", ParameterFilters=[{"Key": "Type", "Values": ["SecureString", "StringList"]}]) == [
        "/p/l",
        "/p/s",
    ]
    assert names(ssm, "/p", ParameterFilters=[{"Key": "Type", "Option": "BeginsWith", "Values": ["String"]}]) == [
        "/p/l",
        "/p/t",
    ]
    assert names(ssm, "/p", ParameterFilters=[{"Key": "KeyId", "Values": [key_id]}]) == ["/p/s"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"Key": "Name", "Values": ["x"]}, r"InvalidFilterKey.*filter key is not valid: Name\. Valid filter keys"),
        ({"Key": "Tier", "Values": ["Standard"]}, "InvalidFilterKey"),
        ({"Key": "tag:x", "Values": ["x"]}, "InvalidFilterKey"),
        ({"Key": "Label", "Option": "BeginsWith", "Values": ["x"]}, "InvalidFilterOption.*filter option is not valid"),
        ({"Key": "Type"}, "InvalidFilterValue.*filter values are missing"),
        ({"Key": "Type", "Values": ["Number"]}, "InvalidFilterOption.*filter value is not valid: Number"),
        ({"Key": "Nonsense", "Values": ["x"]}, "ValidationException.*regular expression pattern"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(given, error, ssm):
    with pytest.raises(ClientError, match=error):
        ssm.get_parameters_by_path(Path="/", ParameterFilters=[given])


def test_the_path_is_what_is_asked_about_not_what_lies_under_it(as_user, tree):
    alice = as_user("alice", ("ssm:GetParametersByPath", arn("/a")), ("ssm:*", arn("/a/b/*"), None, "Deny"))
    assert "/a/b/c" in names(alice, "/a", Recursive=True)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*GetParametersByPath on resource: .*parameter/a/b"):
        alice.get_parameters_by_path(Path="/a/b")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.get_parameters_by_path(Path="/")


def test_a_policy_may_forbid_to_go_deeper(as_user, tree):
    alice = as_user("alice", ("ssm:GetParametersByPath", "*", {"StringEquals": {"ssm:Recursive": "false"}}))
    assert names(alice, "/a")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.get_parameters_by_path(Path="/a", Recursive=True)
