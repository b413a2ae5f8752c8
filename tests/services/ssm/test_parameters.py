from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, arn


def described(ssm, name):
    (found,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
    return found


def test_a_parameter_is_read_as_it_was_put(ssm, put):
    assert {"Version": 1, "Tier": "Standard"}.items() <= put("/app/db/url", "postgres://…").items()
    found = ssm.get_parameter(Name="/app/db/url")["Parameter"]
    assert found.pop("LastModifiedDate")
    assert found == {
        "Name": "/app/db/url",
        "Type": "String",
        "Value": "postgres://…",
        "Version": 1,
        "ARN": arn("/app/db/url"),
        "DataType": "text",
    }


def test_names_with_and_without_a_slash_have_arns_alike(ssm, put):
    put("url")
    put("/app/url")
    assert ssm.get_parameter(Name="url")["Parameter"]["ARN"] == arn("url")
    assert ssm.get_parameter(Name=arn("url"))["Parameter"]["Name"] == "url"
    assert ssm.get_parameter(Name=arn("/app/url"))["Parameter"]["Name"] == "/app/url"


def test_a_name_is_taken_unless_it_is_overwritten(ssm, put):
    put("/app/url")
    with pytest.raises(
        ssm.exceptions.ParameterAlreadyExists,
        match=r"The parameter already exists\. To overwrite this value, set the overwrite option in the request to",
    ):
        put("/app/url", "other")
    assert put("/app/url", "other", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name="/app/url")["Parameter"]["Value"] == "other"


def test_an_update_keeps_what_it_does_not_speak_of(ssm, put, kms, key_id):
    given = {"Description": "where", "AllowedPattern": ".*", "KeyId": key_id, "Tier": "Advanced"}
    tags = [{"Key": "team", "Value": "shop"}]
    put("/app/url", Type="SecureString", Tags=tags, **given)
    put("/app/url", "other", Overwrite=True)
    found = described(ssm, "/app/url")
    assert {name: found[name] for name in given} == given
    assert found["Type"] == "SecureString"
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/url")["TagList"] == tags
    put("/app/url", "other", Overwrite=True, Description="")
    assert "Description" not in described(ssm, "/app/url")


def test_a_type_is_needed_only_to_create(ssm):
    with pytest.raises(ClientError, match="A parameter type is required when you create a parameter"):
        ssm.put_parameter(Name="a", Value="x")


def test_a_type_can_change_with_the_value(ssm, put, key_id):
    put("a", "plain")
    put("a", "hidden", Overwrite=True, Type="SecureString", KeyId=key_id)
    assert ssm.get_parameter(Name="a", WithDecryption=True)["Parameter"]["Value"] == "hidden"
    assert [each["Type"] for each in ssm.get_parameter_history(Name="a")["Parameters"]] == ["String", "SecureString"]
    put("a", "x,y", Overwrite=True, Type="StringList")
    assert "KeyId" not in described(ssm, "a")


def test_tags_come_with_a_new_parameter_only(put):
    tags = [{"Key": "team", "Value": "shop"}]
    with pytest.raises(ClientError, match="tags and overwrite can't be used together"):
        put("a", Tags=tags, Overwrite=True, Type="String")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("/aws/x", "AccessDeniedException.*No access to reserved parameter name: /aws/x"),
        ("aws", 'ValidationException.*can\'t be prefixed with "aws" or "ssm"'),
        ("SSM-x", 'ValidationException.*can\'t be prefixed with "aws" or "ssm"'),
        ("/ssm/x", "ValidationException.*3 symbols"),
        ("a/b", "ValidationException.*must be a fully qualified name"),
        ("a b", "ValidationException.*3 symbols"),
        ("/a//b", "ValidationException.*3 symbols"),
        ("/a/", "ValidationException.*3 symbols"),
        ("/", "ValidationException.*3 symbols"),
        ("a:1", "ValidationException.*3 symbols"),
        ("ключ", "ValidationException.*3 symbols"),
        ("arn:aws:ssm:us-east-1:111122223333:parameter/a", "ValidationException"),
        ("/a" * 16, "HierarchyLevelLimitExceededException.*15 levels"),
        ("a" * 967, "ValidationException.*1011"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, error, put):
    with pytest.raises(ClientError, match=error):
        put(name)


@pytest.mark.parametrize("name", ["/a" * 15, "a" * 966, "A.b_c-9", " spaced "])
def test_a_name_that_can_be_is_taken(name, ssm, put):
    put(name)
    assert ssm.get_parameter(Name=name)["Parameter"]["Name"] == name.strip()


def test_a_value_is_not_empty_and_nests_no_parameter(put):
    with pytest.raises(ClientError, match="'value' failed to satisfy constraint"):
        put("a", "")
    for value in ("{{ssm:other}}", "x{{}}y"):
        with pytest.raises(ClientError, match="can't nest another parameter"):
            put("a", value)
    put("a", "{ {x} }")


def test_a_value_satisfies_its_pattern(ssm, put):
    put("a", "123", AllowedPattern=r"^\d+$")
    with pytest.raises(ssm.exceptions.ParameterPatternMismatchException, match=r"allowedPattern: \^\\d\+\$"):
        put("a", "12x", Overwrite=True)
    for pattern in ("(", r"(a)\1"):
        with pytest.raises(ssm.exceptions.InvalidAllowedPatternException):
            put("b", AllowedPattern=pattern)


def test_a_hostile_pattern_costs_no_more_than_another(put):
    with pytest.raises(ClientError, match="ParameterPatternMismatchException"):
        put("a", "a" * 4000 + "!", AllowedPattern="(a+)+$")


def test_a_key_is_for_secure_strings(put, key_id):
    with pytest.raises(ClientError, match=r"ValidationException.*KeyId"):
        put("a", KeyId=key_id)


@pytest.mark.parametrize("operation", ["get_parameter", "delete_parameter", "get_parameter_history"])
def test_what_is_not_there_is_not_found(operation, ssm):
    with pytest.raises(ssm.exceptions.ParameterNotFound, match=r"Parameter /none not found\."):
        getattr(ssm, operation)(Name="/none")


@pytest.mark.parametrize("name", ["{test}-x", "a/b", "/a//b", "arn:aws:ssm:us-east-1:111122223333:document/x"])
def test_what_can_name_nothing_is_refused(name, ssm):
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.get_parameter(Name=name)


def test_an_arn_of_another_region_finds_nothing_here(ssm, put):
    put("a")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=arn("a").replace("us-east-1", "eu-west-1"))


def test_several_are_read_at_once_in_order_of_name(ssm, put):
    for name in ("/b", "/a", "c"):
        put(name, name)
    put("/b", "newer", Overwrite=True)
    got = ssm.get_parameters(Names=["c", "/b:1", "/none", "/a", "/a", "a b", "/a:7"])
    assert [each["Name"] for each in got["Parameters"]] == ["/a", "/b", "c"]
    assert got["Parameters"][1]["Value"] == "/b"
    assert got["Parameters"][1]["Selector"] == ":1"
    assert got["InvalidParameters"] == ["/none", "a b", "/a:7"]


def test_no_more_than_ten_are_read_or_deleted_at_once(ssm):
    names = [f"/{number}" for number in range(11)]
    for operation in (ssm.get_parameters, ssm.delete_parameters):
        with pytest.raises(ClientError, match=r"ValidationException.*less than or equal to 10"):
            operation(Names=names)


def test_a_deleted_parameter_is_gone_with_its_versions(ssm, put):
    put("/a", Tags=[{"Key": "k", "Value": "v"}])
    put("/a", "x", Overwrite=True)
    ssm.label_parameter_version(Name="/a", Labels=["now"])
    ssm.delete_parameter(Name="/a")
    assert put("/a")["Version"] == 1
    for name in ("/a:2", "/a:now"):
        with pytest.raises(ssm.exceptions.ParameterVersionNotFound):
            ssm.get_parameter(Name=name)
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a")["TagList"] == []


def test_several_are_deleted_at_once(ssm, put):
    put("/a")
    put("b")
    deleted = ssm.delete_parameters(Names=["/a", "none", "b"])
    assert deleted["DeletedParameters"] == ["/a", "b"]
    assert deleted["InvalidParameters"] == ["none"]
    assert ssm.describe_parameters()["Parameters"] == []


def test_of_writers_at_once_each_makes_a_version(ssm, put):
    put("/a")
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda number: put("/a", str(number), Overwrite=True)["Version"], range(16)))
    assert sorted(versions) == list(range(2, 18))
    assert len(ssm.get_parameter_history(Name="/a")["Parameters"]) == 17


def test_parameters_are_of_one_region(vauban, put):
    put("/a")
    eu = vauban.client("ssm", region="eu-west-1")
    assert eu.describe_parameters()["Parameters"] == []
    eu.put_parameter(Name="/a", Value="x", Type="String")


def test_changes_are_told(ssm, put, told):
    put("/a", Description="what")
    put("/a", "x", Overwrite=True)
    ssm.label_parameter_version(Name="/a", Labels=["now"])
    ssm.delete_parameter(Name="/a")
    events = told()
    assert {(each.source, each.detail_type, each.resources) for each in events} == {
        ("aws.ssm", "Parameter Store Change", (arn("/a"),))
    }
    operations = ["Create", "Update", "LabelParameterVersion", "Delete"]
    assert [each.detail for each in events] == [
        {"operation": operation, "name": "/a", "type": "String", "description": "what"} for operation in operations
    ]


def test_values_are_not_on_the_trail(vauban, ssm, put):
    put("/a", "canary-value")
    ssm.get_parameter(Name="/a")
    ssm.get_parameters(Names=["/a"])
    assert "canary-value" not in repr(vauban.trail())
    assert [each["eventName"] for each in vauban.trail()][-3:] == ["PutParameter", "GetParameter", "GetParameters"]


def test_who_changed_it_last_is_known(as_user, ssm):
    alice = as_user("alice", ("ssm:*",))
    alice.put_parameter(Name="/a", Value="x", Type="String")
    assert described(ssm, "/a")["LastModifiedUser"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
