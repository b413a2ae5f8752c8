import pytest
from botocore.exceptions import ClientError

NAMES = ("/a/b/c", "/a/b", "/ab", "a", "plain", "/z/a")


@pytest.fixture
def several(put):
    for name in NAMES:
        put(name)


def names(ssm, *filters, **more):
    given = {"ParameterFilters": list(filters)} if filters else {}
    pages = ssm.get_paginator("describe_parameters").paginate(**given, **more)
    return [each["Name"] for page in pages for each in page["Parameters"]]


def a_filter(key, *values, option=None):
    made = {"Key": key}
    if values:
        made["Values"] = list(values)
    return {**made, "Option": option} if option else made


def test_a_description_has_all_but_the_value(ssm, put):
    put("/a", "1", Description="what", AllowedPattern=r"\d", DataType="integer", Tier="Advanced")
    (found,) = ssm.describe_parameters()["Parameters"]
    assert found.pop("LastModifiedDate")
    assert found == {
        "Name": "/a",
        "ARN": "arn:aws:ssm:us-east-1:111122223333:parameter/a",
        "Type": "String",
        "LastModifiedUser": "arn:aws:iam::111122223333:root",
        "Description": "what",
        "AllowedPattern": r"\d",
        "Version": 1,
        "Tier": "Advanced",
        "Policies": [],
        "DataType": "integer",
    }


def test_pages_are_of_ten_unless_asked_for_up_to_fifty(ssm, put):
    for number in range(12):
        put(f"/{number:02}")
    first = ssm.describe_parameters()
    assert len(first["Parameters"]) == 10
    assert len(ssm.describe_parameters(NextToken=first["NextToken"])["Parameters"]) == 2
    assert "NextToken" not in ssm.describe_parameters(MaxResults=12)
    assert names(ssm, PaginationConfig={"PageSize": 5}) == [f"/{number:02}" for number in range(12)]
    with pytest.raises(ClientError, match=r"ValidationException.*less than or equal to 50"):
        ssm.describe_parameters(MaxResults=51)
    with pytest.raises(ssm.exceptions.InvalidNextToken):
        ssm.describe_parameters(NextToken=first["NextToken"], ParameterFilters=[a_filter("Type", "String")])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (a_filter("Name", "/a/b"), ["/a/b"]),
        (a_filter("Name", "a", "/none", "/plain"), ["a", "plain"]),
        (a_filter("Name", "/a", option="BeginsWith"), ["/a/b", "/a/b/c", "/ab", "a"]),
        (a_filter("Name", "pl", "/z", option="BeginsWith"), ["/z/a", "plain"]),
        (a_filter("Name", "b", option="Contains"), ["/a/b", "/a/b/c", "/ab"]),
        (a_filter("Name", "/a", option="Contains"), ["/a/b", "/a/b/c", "/ab", "a"]),
        (a_filter("Path", "/a"), ["/a/b"]),
        (a_filter("Path", "/a", option="Recursive"), ["/a/b", "/a/b/c"]),
        (a_filter("Path", "/a/b/", "/z", option="Recursive"), ["/a/b/c", "/z/a"]),
        (a_filter("Path", "/"), ["/ab", "a", "plain"]),
        (a_filter("Path", "/", option="Recursive"), sorted(NAMES)),
    ],
)
def test_names_and_paths_narrow(given, found, ssm, several):
    assert names(ssm, given) == found
    assert names(ssm, given, PaginationConfig={"PageSize": 1}) == found


def test_what_a_parameter_is_narrows(ssm, put, key_id):
    put("/s", "x", Type="SecureString", KeyId=key_id)
    put("/l", "1,2", Type="StringList", DataType="integer")
    put("/t", "x", Tier="Advanced", Tags=[{"Key": "team", "Value": "shop"}, {"Key": "env", "Value": "prod"}])
    assert names(ssm, a_filter("Type", "String", "StringList")) == ["/l", "/t"]
    assert names(ssm, a_filter("Type", "String", option="BeginsWith")) == ["/l", "/t"]
    assert names(ssm, a_filter("KeyId", key_id)) == ["/s"]
    assert names(ssm, a_filter("Tier", "Advanced")) == ["/t"]
    assert names(ssm, a_filter("DataType", "integer")) == ["/l"]
    assert names(ssm, a_filter("tag:team", "shop", "other")) == ["/t"]
    assert names(ssm, a_filter("tag:team", "sh", option="BeginsWith")) == ["/t"]
    assert names(ssm, a_filter("tag:team")) == ["/t"]
    assert names(ssm, a_filter("tag:team", "other")) == names(ssm, a_filter("tag:none")) == []
    assert names(ssm, a_filter("tag:team", "shop"), a_filter("Type", "StringList")) == []


def test_the_old_filters_still_do(ssm, several):
    pages = ssm.describe_parameters(Filters=[{"Key": "Name", "Values": ["/a/b", "plain"]}])
    assert [each["Name"] for each in pages["Parameters"]] == ["/a/b", "plain"]
    with pytest.raises(ClientError, match="You can use either Filters or ParameterFilters in a single request"):
        ssm.describe_parameters(
            Filters=[{"Key": "Name", "Values": ["a"]}], ParameterFilters=[a_filter("Type", "String")]
        )


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ([a_filter("Label", "x")], r"InvalidFilterKey.*filter key is not valid: Label"),
        (
            [a_filter("Name", "a"), a_filter("Name", "b")],
            r"InvalidFilterKey.*filter is duplicated in the request: Name",
        ),
        ([a_filter("Name")], r"InvalidFilterValue.*filter values are missing : null for filter key Name"),
        ([a_filter("Name", "a", option="option")], r"InvalidFilterOption.*not valid: option. Valid options include"),
        ([a_filter("Path", "/a", option="Equals")], r"InvalidFilterOption.*include: \[Recursive, OneLevel\]"),
        ([a_filter("Type", "String", option="Contains")], "InvalidFilterOption"),
        ([a_filter("Tier", "Cheap")], r"InvalidFilterOption.*filter value is not valid: Cheap"),
        ([a_filter("Path", "a")], r"ValidationException.*must begin with a forward slash"),
        ([a_filter("Path", "/aws/service")], r"ValidationException.*must begin with a forward slash"),
        ([a_filter("Path", "//")], r"ValidationException.*must begin with a forward slash"),
        ([a_filter("key", "x")], r"ValidationException.*'parameterFilters.1.member.key' failed to satisfy"),
        ([{"Values": ["x"]}], r"ValidationException.*'parameterFilters.1.member.key' .*must not be null"),
        ([a_filter("Name", *("x" * 51))], r"ValidationException.*length less than or equal to 50"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(filters, error, unchecked):
    with pytest.raises(ClientError, match=error):
        unchecked.describe_parameters(ParameterFilters=filters)


def test_nothing_is_shared_where_there_is_no_resource_access_manager(ssm, several):
    assert ssm.describe_parameters(Shared=True)["Parameters"] == []


def test_a_search_in_vain_ends_a_page_early(ssm, put, monkeypatch):
    monkeypatch.setattr("vauban.services.ssm.pages.MOST_EXAMINED", 3)
    monkeypatch.setattr("vauban.services.ssm.pages.READ_AHEAD", 3)
    for name in ("a", "b", "c", "d", "e"):
        put(name, "x", Type="StringList" if name == "e" else "String")
    first = ssm.describe_parameters(ParameterFilters=[a_filter("Type", "StringList")])
    assert first["Parameters"] == []
    assert first["NextToken"]
    assert names(ssm, a_filter("Type", "StringList")) == ["e"]
