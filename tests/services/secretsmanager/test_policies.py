import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, allowing


def policy(principal, action="secretsmanager:GetSecretValue", effect="Allow", **condition):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


NEIGHBOUR = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}


@pytest.fixture
def arn(secrets):
    return secrets.create_secret(Name="db", SecretString="1")["ARN"]


def test_a_policy_is_put_got_listed_and_deleted(secrets, arn):
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="db")
    assert secrets.list_resource_policies(SecretId="db")["ResourcePolicies"] == []
    text = policy(NEIGHBOUR)
    put = secrets.put_resource_policy(SecretId="db", ResourcePolicy=text)
    assert (put["ARN"], put["Name"], put["PolicyName"]) == (arn, "db", "default")
    got = secrets.get_resource_policy(SecretId=arn)
    assert (got["ResourcePolicy"], got["PolicyName"]) == (text, "default")
    assert secrets.list_resource_policies(SecretId="db")["ResourcePolicies"] == [{"PolicyName": "default"}]
    secrets.delete_resource_policy(SecretId="db")
    secrets.delete_resource_policy(SecretId="db")
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="db")


def test_there_is_no_policy_but_the_default_one(secrets, arn):
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_resource_policy(SecretId="db", PolicyName="other")
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.put_resource_policy(SecretId="db", PolicyName="other", ResourcePolicy=policy(NEIGHBOUR))
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.delete_resource_policy(SecretId="db", PolicyName="other")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "{}",
        "[]",
        '{"Version":"2012-10-17","Statement":[]}',
        policy({"AWS": "nobody"}),
        policy({"AWS": "*"}).replace("2012", "2019"),
        policy({"AWS": "*"}).replace("Resource", "Recourse"),
        "[" * 10_000,
    ],
)
def test_what_is_no_policy_is_refused(text, secrets, arn):
    with pytest.raises(secrets.exceptions.MalformedPolicyDocumentException):
        secrets.put_resource_policy(SecretId="db", ResourcePolicy=text)
    told = secrets.validate_resource_policy(ResourcePolicy=text)
    assert not told["PolicyValidationPassed"]
    assert [each["CheckName"] for each in told["ValidationErrors"]] == ["Syntax"]


def test_a_policy_has_20480_characters_at_most(secrets, arn):
    with pytest.raises(ClientError):
        secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy(NEIGHBOUR) + " " * 20_480)


def test_a_public_policy_is_blocked_if_asked(secrets, arn):
    public = policy("*")
    with pytest.raises(secrets.exceptions.PublicPolicyException):
        secrets.put_resource_policy(SecretId="db", ResourcePolicy=public, BlockPublicPolicy=True)
    own = policy("*", StringEquals={"aws:PrincipalOrgID": "o-abcdefghij"})
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=own, BlockPublicPolicy=True)
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=public)


def test_validation_tells_what_is_wrong(secrets, arn, vauban):
    assert secrets.validate_resource_policy(ResourcePolicy=policy(NEIGHBOUR))["PolicyValidationPassed"]
    told = secrets.validate_resource_policy(SecretId="db", ResourcePolicy=policy("*"))
    assert [each["CheckName"] for each in told["ValidationErrors"]] == ["PublicAccess"]
    locking_out = policy("*", "secretsmanager:*", "Deny")
    told = secrets.validate_resource_policy(SecretId="db", ResourcePolicy=locking_out)
    assert not told["PolicyValidationPassed"]
    assert [each["CheckName"] for each in told["ValidationErrors"]] == ["CallerLockout"]
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.validate_resource_policy(SecretId="none", ResourcePolicy=policy(NEIGHBOUR))


def test_nobody_locks_himself_out(secrets, arn):
    with pytest.raises(ClientError, match="AccessDeniedException"):
        secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy("*", "secretsmanager:*", "Deny"))
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="db")


def test_a_policy_alone_lets_a_user_of_the_account_in_and_keeps_others_out(vauban, secrets, arn):
    user_arn = vauban.user("reader")
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy({"AWS": user_arn}))
    reader = vauban.client("secretsmanager", user="reader")
    assert reader.get_secret_value(SecretId="db")["SecretString"] == "1"
    vauban.user("admin", allowing("secretsmanager:*"))
    admin = vauban.client("secretsmanager", user="admin")
    deny = policy({"AWS": f"{user_arn.rsplit('/', 1)[0]}/admin"}, "secretsmanager:GetSecretValue", "Deny")
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=deny)
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        admin.get_secret_value(SecretId="db")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        reader.get_secret_value(SecretId="db")


def test_a_policy_speaks_of_who_had_the_name_when_it_was_put(vauban, secrets, arn):
    iam = vauban.client("iam")
    user_arn = iam.create_user(UserName="reader")["User"]["Arn"]
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy({"AWS": user_arn}))
    assert user_arn in secrets.get_resource_policy(SecretId="db")["ResourcePolicy"]
    assert vauban.client("secretsmanager", user="reader").get_secret_value(SecretId="db")["SecretString"] == "1"
    for key in iam.list_access_keys(UserName="reader")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="reader", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="reader")
    assert user_arn not in secrets.get_resource_policy(SecretId="db")["ResourcePolicy"]
    iam.create_user(UserName="reader")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("secretsmanager", user="reader").get_secret_value(SecretId="db")


def test_a_policy_names_nobody_who_is_not_there(secrets, arn):
    nobody = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}
    with pytest.raises(secrets.exceptions.MalformedPolicyDocumentException, match="an unsupported principal"):
        secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy(nobody))


def test_policies_need_a_policy(secrets, arn, a_user):
    nobody, half = a_user("nobody"), a_user("half", "secretsmanager:ValidateResourcePolicy")
    for ask in (
        lambda: nobody.put_resource_policy(SecretId="db", ResourcePolicy=policy(NEIGHBOUR)),
        lambda: nobody.get_resource_policy(SecretId="db"),
        lambda: nobody.delete_resource_policy(SecretId="db"),
        lambda: nobody.list_resource_policies(SecretId="db"),
        lambda: nobody.validate_resource_policy(SecretId="db", ResourcePolicy=policy(NEIGHBOUR)),
        lambda: half.validate_resource_policy(ResourcePolicy=policy(NEIGHBOUR)),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()


def test_a_policy_may_insist_that_public_ones_are_blocked(secrets, arn, a_user):
    blocking = {"Bool": {"secretsmanager:BlockPublicPolicy": "true"}}
    user = a_user("user", "secretsmanager:PutResourcePolicy", **blocking)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        user.put_resource_policy(SecretId="db", ResourcePolicy=policy(NEIGHBOUR))
    user.put_resource_policy(SecretId="db", ResourcePolicy=policy(NEIGHBOUR), BlockPublicPolicy=True)
