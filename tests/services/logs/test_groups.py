"""Log groups, made, found, protected and tagged."""

import pytest
from botocore.exceptions import ClientError

GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:"


@pytest.fixture
def logs(vauban):
    client = vauban.client("logs")
    for name, tags in (("/aws/lambda/a", {"team": "x"}), ("/aws/lambda/B", {"team": "y"}), ("/app", {"other": "z"})):
        client.create_log_group(logGroupName=name, tags=tags)
    return client


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["/app", "/aws/lambda/B", "/aws/lambda/a"]),
        ({"logGroupNamePrefix": "/aws/"}, ["/aws/lambda/B", "/aws/lambda/a"]),
        ({"logGroupNamePattern": "da/a"}, ["/aws/lambda/a"]),
        ({"logGroupNamePattern": "da/A"}, []),
        ({"logGroupIdentifiers": ["/app", f"{GROUP}/aws/lambda/B"]}, ["/app", "/aws/lambda/B"]),
        ({"logGroupClass": "INFREQUENT_ACCESS"}, []),
    ],
)
def test_groups_are_described_by_what_they_are_called(logs, asked, names):
    assert [each["logGroupName"] for each in logs.describe_log_groups(**asked)["logGroups"]] == names


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"logGroupNamePattern": "lambda/a|^/app"}, ["/app", "/aws/lambda/a"]),
        ({"logGroupNamePattern": "^lambda"}, []),
        ({"logGroupTags": [{"key": "team", "values": ["x", "z"]}]}, ["/aws/lambda/a"]),
        ({"logGroupTags": [{"key": "team"}]}, ["/aws/lambda/B", "/aws/lambda/a"]),
    ],
)
def test_groups_are_listed_by_patterns_and_tags(logs, asked, names):
    assert [each["logGroupName"] for each in logs.list_log_groups(**asked)["logGroups"]] == names


def test_a_protected_group_is_deleted_once_it_is_not_any_more(logs):
    logs.put_log_group_deletion_protection(logGroupIdentifier="/app", deletionProtectionEnabled=True)
    (told,) = logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"]
    assert told["deletionProtectionEnabled"] is True
    with pytest.raises(ClientError) as refused:
        logs.delete_log_group(logGroupName="/app")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier=f"{GROUP}/app", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="/app")


def test_tags_are_put_the_older_way_too(logs):
    logs.tag_log_group(logGroupName="/app", tags={"a": "1", "b": "2"})
    logs.untag_log_group(logGroupName="/app", tags=["a"])
    assert logs.list_tags_log_group(logGroupName="/app")["tags"] == {"b": "2", "other": "z"}
    assert logs.list_tags_for_resource(resourceArn=f"{GROUP}/app")["tags"] == {"b": "2", "other": "z"}


def test_who_has_no_policy_finds_no_groups(vauban, logs):
    vauban.user("eve")
    with pytest.raises(ClientError) as denied:
        vauban.client("logs", user="eve").list_log_groups()
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
