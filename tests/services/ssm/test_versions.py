import pytest
from botocore.exceptions import ClientError


def test_a_version_is_read_by_its_number(ssm, put):
    put("/a", "one")
    put("/a", "two", Overwrite=True)
    first = ssm.get_parameter(Name="/a:1")["Parameter"]
    assert (first["Value"], first["Version"], first["Selector"]) == ("one", 1, ":1")
    assert ssm.get_parameter(Name="/a:2")["Parameter"]["Value"] == "two"
    assert "Selector" not in ssm.get_parameter(Name="/a")["Parameter"]


@pytest.mark.parametrize("selector", ["2", "0", "none", "9" * 30, "٢"])
def test_a_version_that_is_not_there_is_said_so(selector, ssm, put):
    put("/a")
    with pytest.raises(
        ssm.exceptions.ParameterVersionNotFound,
        match=f"Systems Manager could not find version {selector} of /a. Verify the version and try again.",
    ):
        ssm.get_parameter(Name=f"/a:{selector}")


def test_the_history_has_each_version_as_it_was(ssm, put):
    put("/a", "one", Description="first")
    put("/a", "two", Overwrite=True, Description="second")
    ssm.label_parameter_version(Name="/a", ParameterVersion=1, Labels=["old"])
    first, second = ssm.get_parameter_history(Name="/a")["Parameters"]
    assert (first["Value"], first["Description"], first["Labels"]) == ("one", "first", ["old"])
    assert (second["Value"], second["Description"], second["Labels"]) == ("two", "second", [])
    assert first["LastModifiedDate"] < second["LastModifiedDate"]
    assert {"Name", "Type", "Version", "Tier", "Policies", "DataType", "LastModifiedUser"} <= set(first)


def test_a_hundred_versions_are_kept(ssm, put):
    put("/a", "1")
    for number in range(2, 103):
        put("/a", str(number), Overwrite=True)
    pages = ssm.get_paginator("get_parameter_history").paginate(Name="/a", PaginationConfig={"PageSize": 30})
    versions = [each["Version"] for page in pages for each in page["Parameters"]]
    assert versions == list(range(3, 103))
    with pytest.raises(ssm.exceptions.ParameterVersionNotFound):
        ssm.get_parameter(Name="/a:2")
    ssm.label_parameter_version(Name="/a", ParameterVersion=3, Labels=["keep"])
    with pytest.raises(
        ssm.exceptions.ParameterMaxVersionLimitExceeded,
        match=r"You attempted to create a new version of /a by calling the PutParameter API with the overwrite flag. "
        r"Version 3, the oldest version, can't be deleted because it has a label associated with it.",
    ):
        put("/a", "no", Overwrite=True)
    ssm.label_parameter_version(Name="/a", Labels=["keep"])
    assert put("/a", "yes", Overwrite=True)["Version"] == 103
    ssm.delete_parameter(Name="/a")
    assert put("/a")["Version"] == 1


def test_a_token_belongs_to_its_list(ssm, put):
    for name in ("/a", "/b"):
        put(name)
        put(name, "x", Overwrite=True)
    token = ssm.get_parameter_history(Name="/a", MaxResults=1)["NextToken"]
    assert ssm.get_parameter_history(Name="/a", MaxResults=1, NextToken=token)["Parameters"][0]["Version"] == 2
    with pytest.raises(ssm.exceptions.InvalidNextToken):
        ssm.get_parameter_history(Name="/b", NextToken=token)
    with pytest.raises(ClientError, match=r"ValidationException.*less than or equal to 50"):
        ssm.get_parameter_history(Name="/a", MaxResults=51)
