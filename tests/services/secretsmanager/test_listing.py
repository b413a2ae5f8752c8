import pytest
from botocore.exceptions import ClientError


def names(secrets, **asked):
    return [each["Name"] for each in secrets.list_secrets(**asked)["SecretList"]]


def filtered(secrets, key, *values):
    return names(secrets, Filters=[{"Key": key, "Values": list(values)}], SortBy="name")


@pytest.fixture
def four(vauban, secrets):
    for name, description, tags in (
        ("prod/db", "The Database", {"team": "Shop"}),
        ("prod/web", "front end", {"team": "web", "cost-center": "42"}),
        ("Test/db", "database of tests", {}),
        ("other", "", {"Team": "shop"}),
    ):
        secrets.create_secret(
            Name=name,
            SecretString="1",
            Description=description,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        vauban.advance(hours=1)


def test_a_listed_secret_tells_what_a_described_one_does(secrets):
    made = secrets.create_secret(Name="db", SecretString="1", Description="d", Tags=[{"Key": "a", "Value": "b"}])
    (listed,) = secrets.list_secrets()["SecretList"]
    described = secrets.describe_secret(SecretId="db")
    del described["ResponseMetadata"]
    described["SecretVersionsToStages"] = described.pop("VersionIdsToStages")
    assert listed == described
    assert listed["ARN"] == made["ARN"]


def test_secrets_are_listed_oldest_first_or_as_asked(vauban, secrets, four):
    by_age = ["prod/db", "prod/web", "Test/db", "other"]
    assert names(secrets) == by_age
    assert names(secrets, SortOrder="asc") == by_age
    assert names(secrets, SortOrder="desc") == by_age[::-1]
    assert names(secrets, SortBy="name") == ["Test/db", "other", "prod/db", "prod/web"]
    assert names(secrets, SortBy="name", SortOrder="desc") == ["prod/web", "prod/db", "other", "Test/db"]
    secrets.update_secret(SecretId="prod/db", Description="x")
    assert names(secrets, SortBy="last-changed-date") == [*by_age[1:], by_age[0]]
    vauban.advance(days=1)
    secrets.get_secret_value(SecretId="prod/web")
    assert names(secrets, SortBy="last-accessed-date", SortOrder="desc")[0] == "prod/web"


def test_filters_begin_where_the_attribute_begins(secrets, four):
    assert filtered(secrets, "name", "prod/") == ["prod/db", "prod/web"]
    assert filtered(secrets, "name", "test") == []
    assert filtered(secrets, "name", "db") == []
    assert filtered(secrets, "description", "DATA") == ["Test/db"]
    assert filtered(secrets, "tag-key", "team") == ["prod/db", "prod/web"]
    assert filtered(secrets, "tag-key", "cost") == ["prod/web"]
    assert filtered(secrets, "tag-value", "Shop") == ["prod/db"]
    assert filtered(secrets, "tag-value", "42") == ["prod/web"]


def test_values_are_alternatives_and_filters_are_not(secrets, four):
    assert filtered(secrets, "name", "prod/db", "other") == ["other", "prod/db"]
    both = [{"Key": "name", "Values": ["prod"]}, {"Key": "tag-value", "Values": ["web"]}]
    assert names(secrets, Filters=both) == ["prod/web"]


def test_an_exclamation_mark_turns_a_value_round(secrets, four):
    assert filtered(secrets, "name", "!prod") == ["Test/db", "other"]
    assert filtered(secrets, "tag-key", "!team") == ["Test/db", "other"]
    assert filtered(secrets, "name", "!prod", "!other") == ["Test/db"]
    assert filtered(secrets, "name", "prod", "!prod/web") == ["prod/db"]


def test_all_looks_for_words_everywhere_without_case(secrets, four):
    assert filtered(secrets, "all", "database") == ["Test/db", "prod/db"]
    assert filtered(secrets, "all", "SHOP") == ["other", "prod/db"]
    assert filtered(secrets, "all", "db tests") == ["Test/db"]
    assert filtered(secrets, "all", "nowhere") == []


def test_what_waits_for_deletion_is_listed_if_asked(secrets, four):
    secrets.delete_secret(SecretId="other")
    assert "other" not in names(secrets)
    assert "other" in names(secrets, IncludePlannedDeletion=True)


@pytest.mark.parametrize("order", [{}, {"SortOrder": "desc"}, {"SortBy": "name"}])
def test_secrets_come_page_by_page(order, secrets):
    for number in range(5):
        secrets.create_secret(Name=f"s{number}")
    pages = [
        [each["Name"] for each in page["SecretList"]]
        for page in secrets.get_paginator("list_secrets").paginate(**order, PaginationConfig={"PageSize": 2})
    ]
    assert [len(each) for each in pages] == [2, 2, 1]
    expected = [f"s{number}" for number in range(5)]
    assert [name for page in pages for name in page] == (expected[::-1] if "SortOrder" in order else expected)


def test_a_token_is_of_one_list(secrets):
    for number in range(3):
        secrets.create_secret(Name=f"s{number}")
    token = secrets.list_secrets(MaxResults=1)["NextToken"]
    for asked in (
        {"NextToken": "nonsense"},
        {"NextToken": token, "SortBy": "name"},
        {"NextToken": token, "Filters": [{"Key": "name", "Values": ["s"]}]},
    ):
        with pytest.raises(secrets.exceptions.InvalidNextTokenException):
            secrets.list_secrets(**asked)


@pytest.mark.parametrize(
    "filter", [{"Key": "colour", "Values": ["x"]}, {"Key": "name", "Values": []}, {"Key": "name", "Values": ["a*"]}]
)
def test_a_filter_that_is_none_is_refused(filter, unchecked):
    with pytest.raises(ClientError, match="ValidationException"):
        unchecked.list_secrets(Filters=[filter])


def test_listing_needs_a_policy_on_everything(secrets, a_user):
    secrets.create_secret(Name="db")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        a_user("nobody").list_secrets()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        a_user("some", "secretsmanager:ListSecrets", "arn:aws:secretsmanager:*:*:secret:db-??????").list_secrets()
    assert names(a_user("lister", "secretsmanager:ListSecrets")) == ["db"]
