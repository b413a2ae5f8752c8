import pytest
from botocore.exceptions import ClientError

from .conftest import allowing


def tags(secrets):
    return {each["Key"]: each["Value"] for each in secrets.describe_secret(SecretId="db").get("Tags", [])}


def test_tags_come_change_and_go(secrets):
    secrets.create_secret(Name="db", Tags=[{"Key": "a", "Value": "1"}])
    secrets.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "2"}, {"Key": "A", "Value": ""}])
    assert tags(secrets) == {"a": "2", "A": ""}
    secrets.untag_resource(SecretId="db", TagKeys=["a", "not-there"])
    assert tags(secrets) == {"A": ""}
    secrets.untag_resource(SecretId="db", TagKeys=["A"])
    assert "Tags" not in secrets.describe_secret(SecretId="db")


def test_tags_are_fifty_at_most_and_never_aws_s(secrets):
    secrets.create_secret(Name="db", Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    secrets.tag_resource(SecretId="db", Tags=[{"Key": "7", "Value": "x"}])
    for added in (
        [{"Key": "one more", "Value": ""}],
        [{"Key": "aws:x", "Value": ""}],
        [{"Key": "7", "Value": "a"}, {"Key": "7", "Value": "b"}],
    ):
        with pytest.raises(secrets.exceptions.InvalidParameterException):
            secrets.tag_resource(SecretId="db", Tags=added)
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.untag_resource(SecretId="db", TagKeys=["aws:x"])


def test_tags_decide_who_may(vauban, secrets):
    secrets.create_secret(Name="a", SecretString="1", Tags=[{"Key": "team", "Value": "shop"}])
    secrets.create_secret(Name="b", SecretString="2", Tags=[{"Key": "team", "Value": "bank"}])
    vauban.user("shop", allowing("secretsmanager:*", StringEquals={"secretsmanager:ResourceTag/team": "shop"}))
    shop = vauban.client("secretsmanager", user="shop")
    assert shop.get_secret_value(SecretId="a")["SecretString"] == "1"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        shop.get_secret_value(SecretId="b")


def test_nobody_tags_himself_out(vauban, secrets):
    secrets.create_secret(Name="db", SecretString="1", Tags=[{"Key": "team", "Value": "shop"}])
    vauban.user("shop", allowing("secretsmanager:*", StringEquals={"aws:ResourceTag/team": "shop"}))
    shop = vauban.client("secretsmanager", user="shop")
    for ask in (
        lambda: shop.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "bank"}]),
        lambda: shop.untag_resource(SecretId="db", TagKeys=["team"]),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()
    shop.tag_resource(SecretId="db", Tags=[{"Key": "app", "Value": "x"}])
    assert tags(secrets) == {"team": "shop", "app": "x"}
