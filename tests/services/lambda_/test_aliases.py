"""Aliases of versions."""

import json

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:111122223333:function:job"


def code_of(refused) -> str:
    return refused.value.response["Error"]["Code"]


@pytest.fixture
def versions(client, make) -> None:
    """Two, of which each says what it is."""
    from tests.services.lambda_.conftest import archive

    make("def handler(event, context): return context.function_version", Publish=True)
    client.update_function_code(
        FunctionName="job", ZipFile=archive("def handler(event, context): return 'second'"), Publish=True
    )


def test_an_alias_is_told_moved_and_deleted(client, versions):
    made = client.create_alias(FunctionName="job", Name="live", FunctionVersion="1", Description="d")
    assert (made["AliasArn"], made["FunctionVersion"], made["Description"]) == (f"{ARN}:live", "1", "d")
    moved = client.update_alias(FunctionName="job", Name="live", FunctionVersion="2")
    assert moved["RevisionId"] != made["RevisionId"]
    assert client.get_alias(FunctionName="job", Name="live")["FunctionVersion"] == "2"
    assert [each["Name"] for each in client.list_aliases(FunctionName="job")["Aliases"]] == ["live"]
    assert client.list_aliases(FunctionName="job", FunctionVersion="1")["Aliases"] == []
    client.delete_alias(FunctionName="job", Name="live")
    with pytest.raises(ClientError) as refused:
        client.get_alias(FunctionName="job", Name="live")
    assert code_of(refused) == "ResourceNotFoundException"


def test_an_alias_is_invoked_as_the_version_it_points_at(client, versions):
    client.create_alias(FunctionName="job", Name="live", FunctionVersion="1")
    answer = client.invoke(FunctionName=f"{ARN}:live")
    assert (answer["ExecutedVersion"], answer["Payload"].read()) == ("1", b'"1"')
    client.update_alias(FunctionName="job", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert client.invoke(FunctionName="job", Qualifier="live")["ExecutedVersion"] == "2"


def test_aliases_point_at_versions_that_are_there(client, versions):
    with pytest.raises(ClientError) as refused:
        client.create_alias(FunctionName="job", Name="live", FunctionVersion="9")
    assert code_of(refused) == "ResourceNotFoundException"
    client.create_alias(FunctionName="job", Name="live", FunctionVersion="1")
    with pytest.raises(ClientError) as refused:
        client.create_alias(FunctionName="job", Name="live", FunctionVersion="2")
    assert code_of(refused) == "ResourceConflictException"
    with pytest.raises(ClientError) as refused:
        client.delete_function(FunctionName="job", Qualifier="1")
    assert code_of(refused) == "ResourceConflictException"


def test_a_policy_on_an_alias_is_its_own(client, versions):
    client.create_alias(FunctionName="job", Name="live", FunctionVersion="1")
    client.add_permission(
        FunctionName="job",
        Qualifier="live",
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    policy = json.loads(client.get_policy(FunctionName="job", Qualifier="live")["Policy"])
    assert policy["Statement"][0]["Resource"] == f"{ARN}:live"
    with pytest.raises(ClientError) as refused:
        client.get_policy(FunctionName="job")
    assert code_of(refused) == "ResourceNotFoundException"
