from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from botocore.handlers import generate_idempotent_uuid

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"


def stages(secrets, secret_id="db"):
    return secrets.describe_secret(SecretId=secret_id)["VersionIdsToStages"]


def test_a_value_comes_back_as_it_went_in(secrets):
    made = secrets.create_secret(Name="db", SecretString='{"password":"é\\n"}')
    got = secrets.get_secret_value(SecretId="db")
    assert got["SecretString"] == '{"password":"é\\n"}'
    assert got["ARN"] == made["ARN"]
    assert got["Name"] == "db"
    assert got["VersionId"] == made["VersionId"]
    assert got["VersionStages"] == [CURRENT]
    assert "SecretBinary" not in got
    secrets.put_secret_value(SecretId="db", SecretBinary=b"\0\xff")
    got = secrets.get_secret_value(SecretId="db")
    assert got["SecretBinary"] == b"\0\xff"
    assert "SecretString" not in got


def test_a_new_value_is_current_and_the_last_one_previous(secrets):
    first = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    put = secrets.put_secret_value(SecretId="db", SecretString="2")
    assert put["VersionStages"] == [CURRENT]
    assert stages(secrets) == {first: [PREVIOUS], put["VersionId"]: [CURRENT]}
    third = secrets.put_secret_value(SecretId="db", SecretString="3")["VersionId"]
    assert stages(secrets) == {put["VersionId"]: [PREVIOUS], third: [CURRENT]}
    assert secrets.get_secret_value(SecretId="db", VersionStage=PREVIOUS)["SecretString"] == "2"
    assert secrets.get_secret_value(SecretId="db", VersionId=first)["SecretString"] == "1"


def test_labels_given_are_the_only_ones_that_move(secrets):
    first = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    put = secrets.put_secret_value(SecretId="db", SecretString="2", VersionStages=[PENDING, "mine"])
    assert sorted(put["VersionStages"]) == [PENDING, "mine"]
    assert stages(secrets)[first] == [CURRENT]
    other = secrets.put_secret_value(SecretId="db", SecretString="3", VersionStages=["mine"])["VersionId"]
    assert stages(secrets) == {first: [CURRENT], put["VersionId"]: [PENDING], other: ["mine"]}


def test_the_first_version_is_current_whatever_labels_it_gets(secrets):
    secrets.create_secret(Name="db")
    put = secrets.put_secret_value(SecretId="db", SecretString="1", VersionStages=["mine"])
    assert sorted(put["VersionStages"]) == [CURRENT, "mine"]


def test_the_same_token_with_the_same_value_does_nothing_and_with_another_is_refused(secrets):
    arn = secrets.create_secret(Name="db", SecretString="1")["ARN"]
    token = str(uuid4())
    for _ in range(2):
        put = secrets.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=token)
        assert put["VersionId"] == token
        assert put["VersionStages"] == [CURRENT]
    assert len(stages(secrets)) == 2
    words = (
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}."
    )
    with pytest.raises(secrets.exceptions.ResourceExistsException, match=words):
        secrets.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=token)
    with pytest.raises(secrets.exceptions.ResourceExistsException):
        secrets.put_secret_value(SecretId="db", SecretBinary=b"2", ClientRequestToken=token)


def test_of_two_writers_with_one_token_both_succeed_or_one_does(secrets):
    secrets.create_secret(Name="db", SecretString="0")
    token = str(uuid4())

    def put(value):
        try:
            secrets.put_secret_value(SecretId="db", SecretString=value, ClientRequestToken=token)
        except secrets.exceptions.ResourceExistsException:
            return None
        return value

    with ThreadPoolExecutor(8) as pool:
        kept = {each for each in pool.map(put, ["a", "b"] * 4) if each}
    assert kept == {secrets.get_secret_value(SecretId="db")["SecretString"]}


def test_of_many_writers_each_makes_a_version_and_one_is_current(secrets):
    secrets.create_secret(Name="db", SecretString="0")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda value: secrets.put_secret_value(SecretId="db", SecretString=str(value)), range(12)))
    versions = secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    assert len(versions) == 13
    assert sorted(label for each in versions for label in each.get("VersionStages", [])) == [CURRENT, PREVIOUS]


def test_a_value_is_text_or_bytes_and_one_of_them(secrets):
    secrets.create_secret(Name="db")
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="either SecretString or SecretBinary"):
        secrets.put_secret_value(SecretId="db")
    with pytest.raises(secrets.exceptions.InvalidParameterException, match="both a binary secret value and a string"):
        secrets.put_secret_value(SecretId="db", SecretString="a", SecretBinary=b"a")


def test_a_value_has_65536_bytes_at_most(secrets):
    secrets.create_secret(Name="db", SecretString="x" * 65_536)
    with pytest.raises(ClientError):
        secrets.put_secret_value(SecretId="db", SecretString="x" * 65_537)
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.put_secret_value(SecretId="db", SecretString="é" * 40_000)


def test_a_request_without_a_token_is_told_to_bring_one(vauban, secrets):
    secrets.create_secret(Name="db", SecretString="1")
    client = vauban.client("secretsmanager")
    client.meta.events.unregister("before-parameter-build", generate_idempotent_uuid)
    with pytest.raises(ClientError, match="You must provide a ClientRequestToken value"):
        client.put_secret_value(SecretId="db", SecretString="2")


def test_what_is_not_there_is_named(secrets):
    with pytest.raises(
        secrets.exceptions.ResourceNotFoundException, match="Secrets Manager can't find the specified secret"
    ):
        secrets.get_secret_value(SecretId="db")
    version_id = secrets.create_secret(Name="empty")["ARN"] and str(uuid4())
    beginning = "Secrets Manager can't find the specified secret value for"
    for asked, what in (
        ({}, "staging label: AWSCURRENT"),
        ({"VersionStage": PENDING}, "staging label: AWSPENDING"),
        ({"VersionId": version_id}, f"VersionId: {version_id}"),
    ):
        with pytest.raises(secrets.exceptions.ResourceNotFoundException, match=f"{beginning} {what}"):
            secrets.get_secret_value(SecretId="empty", **asked)


def test_version_and_label_must_mean_the_same(secrets):
    first = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    secrets.put_secret_value(SecretId="db", SecretString="2")
    assert secrets.get_secret_value(SecretId="db", VersionId=first, VersionStage=PREVIOUS)["SecretString"] == "1"
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="not associated to the provided VersionId"):
        secrets.get_secret_value(SecretId="db", VersionId=first, VersionStage=CURRENT)


def test_a_version_has_twenty_labels_at_most(secrets):
    secrets.create_secret(Name="db")
    labels = [f"label-{number}" for number in range(20)]
    with pytest.raises(secrets.exceptions.LimitExceededException):
        secrets.put_secret_value(SecretId="db", SecretString="1", VersionStages=labels)
    secrets.put_secret_value(SecretId="db", SecretString="1", VersionStages=labels[1:])


def test_the_last_access_is_told_by_the_day(vauban, secrets):
    secrets.create_secret(Name="db", SecretString="1")
    before = secrets.describe_secret(SecretId="db")
    assert "LastAccessedDate" not in before
    secrets.get_secret_value(SecretId="db")
    told = secrets.describe_secret(SecretId="db")
    accessed = told["LastAccessedDate"]
    assert (accessed.hour, accessed.minute, accessed.second) == (0, 0, 0)
    assert told["LastChangedDate"] == before["LastChangedDate"]
    vauban.advance(days=2)
    secrets.get_secret_value(SecretId="db")
    assert (secrets.describe_secret(SecretId="db")["LastAccessedDate"] - accessed).days == 2
    (version,) = secrets.list_secret_version_ids(SecretId="db")["Versions"]
    assert (version["LastAccessedDate"] - accessed).days == 2


def test_reading_and_writing_need_a_policy(secrets, a_user):
    arn = secrets.create_secret(Name="db", SecretString="1")["ARN"]
    nobody = a_user("nobody")
    reader = a_user("reader", ["secretsmanager:GetSecretValue", "kms:Decrypt"], arn)
    for refused in (
        lambda: nobody.get_secret_value(SecretId="db"),
        lambda: nobody.get_secret_value(SecretId="not-there"),
        lambda: reader.put_secret_value(SecretId="db", SecretString="2"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            refused()
    assert reader.get_secret_value(SecretId="db")["SecretString"] == "1"


def test_a_policy_may_ask_for_the_label(secrets, a_user):
    secrets.create_secret(Name="db", SecretString="1")
    secrets.put_secret_value(SecretId="db", SecretString="2")
    current = {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": CURRENT}}
    reader = a_user("reader", ["secretsmanager:GetSecretValue"], **current)
    assert reader.get_secret_value(SecretId="db")["SecretString"] == "2"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        reader.get_secret_value(SecretId="db", VersionStage=PREVIOUS)
