from datetime import timedelta

import pytest
from botocore.exceptions import ClientError


def test_a_secret_waits_for_its_deletion_and_then_is_gone(vauban, secrets):
    made = secrets.create_secret(Name="db", SecretString="1")
    told = secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    assert (told["ARN"], told["Name"]) == (made["ARN"], "db")
    created = secrets.describe_secret(SecretId="db")["CreatedDate"]
    assert timedelta(days=7) <= told["DeletionDate"] - created < timedelta(days=7, minutes=1)
    assert secrets.describe_secret(SecretId="db")["DeletedDate"] == told["DeletionDate"]
    vauban.advance(days=6)
    secrets.describe_secret(SecretId="db")
    vauban.advance(days=1)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.describe_secret(SecretId="db")
    assert secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
    secrets.create_secret(Name="db", SecretString="2")
    assert vauban.trail()[-1]["eventName"] == "CreateSecret"
    assert "EndSecretVersionDelete" in [each["eventName"] for each in vauban.trail()]


def test_thirty_days_are_the_default(secrets):
    secrets.create_secret(Name="db", SecretString="1")
    told = secrets.delete_secret(SecretId="db")
    waits = told["DeletionDate"] - secrets.describe_secret(SecretId="db")["CreatedDate"]
    assert waits.days == 30


def test_while_it_waits_a_secret_is_of_no_use_until_it_is_restored(secrets):
    version_id = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    secrets.delete_secret(SecretId="db")
    words = "You can't perform this operation on the secret because it was marked for deletion."
    for ask in (
        lambda: secrets.get_secret_value(SecretId="db"),
        lambda: secrets.put_secret_value(SecretId="db", SecretString="2"),
        lambda: secrets.update_secret(SecretId="db", Description="x"),
        lambda: secrets.tag_resource(SecretId="db", Tags=[]),
        lambda: secrets.untag_resource(SecretId="db", TagKeys=["x"]),
        lambda: secrets.get_resource_policy(SecretId="db"),
        lambda: secrets.delete_resource_policy(SecretId="db"),
        lambda: secrets.rotate_secret(SecretId="db"),
        lambda: secrets.cancel_rotate_secret(SecretId="db"),
        lambda: secrets.update_secret_version_stage(SecretId="db", VersionStage="x", MoveToVersionId=version_id),
        lambda: secrets.delete_secret(SecretId="db"),
    ):
        with pytest.raises(secrets.exceptions.InvalidRequestException, match=words):
            ask()
    with pytest.raises(
        secrets.exceptions.InvalidRequestException,
        match="You can't create this secret because a secret with this name is already scheduled for deletion",
    ):
        secrets.create_secret(Name="db", SecretString="2")
    assert len(secrets.list_secret_version_ids(SecretId="db")["Versions"]) == 1
    assert secrets.list_secrets()["SecretList"] == []
    (listed,) = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert listed["DeletedDate"]
    secrets.restore_secret(SecretId="db")
    secrets.restore_secret(SecretId="db")
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "1"
    assert "DeletedDate" not in secrets.describe_secret(SecretId="db")


def test_the_trail_tells_when_a_deletion_begins_ends_or_is_called_off(vauban, secrets):
    arn = secrets.create_secret(Name="db", SecretString="1")["ARN"]
    secrets.delete_secret(SecretId="db")
    secrets.restore_secret(SecretId="db")
    secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    vauban.advance(days=8)
    told = [each for each in vauban.trail() if "SecretVersionDelete" in each["eventName"]]
    names = [each["eventName"].removesuffix("SecretVersionDelete") for each in told]
    assert names == ["Start", "Cancel", "Start", "End"]
    assert {each["eventType"] for each in told} == {"AwsServiceEvent"}
    assert {each["resources"][0]["ARN"] for each in told} == {arn}


def test_forced_deletion_leaves_nothing_and_needs_nothing(secrets):
    secrets.create_secret(Name="db", SecretString="1")
    secrets.delete_secret(SecretId="db")
    secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.restore_secret(SecretId="db")
    told = secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert told["Name"] == "db"
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.delete_secret(SecretId="db")
    secrets.create_secret(Name="db", SecretString="2")


def test_the_window_has_seven_to_thirty_days_or_there_is_none(secrets):
    secrets.create_secret(Name="db", SecretString="1")
    for days in (0, 6, 31, -1):
        with pytest.raises(secrets.exceptions.InvalidParameterException, match="between 7 and 30 days"):
            secrets.delete_secret(SecretId="db", RecoveryWindowInDays=days)
    with pytest.raises(
        secrets.exceptions.InvalidParameterException,
        match="You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays",
    ):
        secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)


def test_a_policy_may_forbid_to_delete_at_once(secrets, a_user):
    secrets.create_secret(Name="db", SecretString="1")
    careful = {
        "Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "false"},
        "NumericGreaterThan": {"secretsmanager:RecoveryWindowInDays": "14"},
    }
    user = a_user("careful", "secretsmanager:DeleteSecret", **careful)
    for window in ({"ForceDeleteWithoutRecovery": True}, {"RecoveryWindowInDays": 7}):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            user.delete_secret(SecretId="db", **window)
    user.delete_secret(SecretId="db", RecoveryWindowInDays=15, ForceDeleteWithoutRecovery=False)
    nobody = a_user("nobody")
    for ask in (
        lambda: nobody.delete_secret(SecretId="none", ForceDeleteWithoutRecovery=True),
        lambda: nobody.restore_secret(SecretId="db"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()
