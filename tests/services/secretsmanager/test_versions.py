from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


@pytest.fixture
def versions(secrets):
    """Two: the previous and the current."""
    first = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    return first, secrets.put_secret_value(SecretId="db", SecretString="2")["VersionId"]


def pages(secrets, **asked):
    """The versions of each page; botocore has no paginator for them."""
    told = secrets.list_secret_version_ids(**asked)
    yield told["Versions"]
    while "NextToken" in told:
        told = secrets.list_secret_version_ids(**asked, NextToken=told["NextToken"])
        yield told["Versions"]


def stages(secrets):
    return secrets.describe_secret(SecretId="db")["VersionIdsToStages"]


def test_current_goes_back_and_previous_with_it(secrets, versions):
    first, second = versions
    told = secrets.update_secret_version_stage(
        SecretId="db", VersionStage=CURRENT, MoveToVersionId=first, RemoveFromVersionId=second
    )
    assert told["Name"] == "db"
    assert stages(secrets) == {first: [CURRENT], second: [PREVIOUS]}
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "1"


def test_a_label_of_one_s_own_comes_moves_and_goes(secrets, versions):
    first, second = versions
    secrets.update_secret_version_stage(SecretId="db", VersionStage="mine", MoveToVersionId=first)
    assert sorted(stages(secrets)[first]) == [PREVIOUS, "mine"]
    secrets.update_secret_version_stage(
        SecretId="db", VersionStage="mine", MoveToVersionId=second, RemoveFromVersionId=first
    )
    assert stages(secrets) == {first: [PREVIOUS], second: [CURRENT, "mine"]}
    secrets.update_secret_version_stage(SecretId="db", VersionStage="mine", RemoveFromVersionId=second)
    assert stages(secrets) == {first: [PREVIOUS], second: [CURRENT]}


def test_a_label_is_taken_only_from_where_it_is(secrets, versions):
    first, second = versions
    words = f"Staging label AWSCURRENT is currently attached to version {second}"
    with pytest.raises(secrets.exceptions.InvalidParameterException, match=words):
        secrets.update_secret_version_stage(SecretId="db", VersionStage=CURRENT, MoveToVersionId=first)
    with pytest.raises(secrets.exceptions.InvalidParameterException, match="it must be set to the version that"):
        secrets.update_secret_version_stage(
            SecretId="db", VersionStage=CURRENT, MoveToVersionId=first, RemoveFromVersionId=first
        )
    with pytest.raises(secrets.exceptions.InvalidParameterException, match="completely removed"):
        secrets.update_secret_version_stage(SecretId="db", VersionStage=CURRENT, RemoveFromVersionId=second)
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.update_secret_version_stage(SecretId="db", VersionStage="mine", RemoveFromVersionId=second)
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.update_secret_version_stage(SecretId="db", VersionStage="mine")
    with pytest.raises(secrets.exceptions.ResourceNotFoundException, match="VersionId"):
        secrets.update_secret_version_stage(SecretId="db", VersionStage="mine", MoveToVersionId=str(uuid4()))
    assert stages(secrets) == {first: [PREVIOUS], second: [CURRENT]}


def test_a_version_has_twenty_labels_at_most(secrets, versions):
    for number in range(19):
        secrets.update_secret_version_stage(SecretId="db", VersionStage=f"l{number}", MoveToVersionId=versions[1])
    with pytest.raises(secrets.exceptions.LimitExceededException):
        secrets.update_secret_version_stage(SecretId="db", VersionStage="one more", MoveToVersionId=versions[1])


def test_versions_are_listed_with_their_labels_and_the_outdated_if_asked(secrets, versions):
    third = secrets.put_secret_value(SecretId="db", SecretString="3")["VersionId"]
    told = secrets.list_secret_version_ids(SecretId="db")
    assert told["Name"] == "db"
    assert {each["VersionId"]: each["VersionStages"] for each in told["Versions"]} == {
        versions[1]: [PREVIOUS],
        third: [CURRENT],
    }
    assert [each["KmsKeyIds"] for each in told["Versions"]] == [["DefaultEncryptionKey"]] * 2
    every = secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    assert [each["VersionId"] for each in every] == [*versions, third]
    assert "VersionStages" not in every[0]


def test_versions_are_listed_page_by_page(secrets):
    secrets.create_secret(Name="db", SecretString="0")
    for number in range(4):
        secrets.put_secret_value(SecretId="db", SecretString=str(number), VersionStages=[f"l{number}"])
    assert [len(each) for each in pages(secrets, SecretId="db", MaxResults=2)] == [2, 2, 1]
    token = secrets.list_secret_version_ids(SecretId="db", MaxResults=2)["NextToken"]
    for nonsense in ("x", token[:-1], f"{token}x"):
        with pytest.raises(secrets.exceptions.InvalidNextTokenException):
            secrets.list_secret_version_ids(SecretId="db", NextToken=nonsense)


def test_labels_and_lists_need_a_policy(secrets, versions, a_user):
    nobody = a_user("nobody", "secretsmanager:GetSecretValue")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        nobody.list_secret_version_ids(SecretId="db")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        nobody.update_secret_version_stage(SecretId="db", VersionStage="mine", MoveToVersionId=versions[0])
