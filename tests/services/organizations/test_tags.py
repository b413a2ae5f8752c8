import pytest
from botocore.exceptions import ClientError

RED = [{"Key": "colour", "Value": "red"}]


def test_everything_in_an_organization_has_tags(client, root, unit, member, make_policy):
    policy = make_policy('{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}')
    for each in (root, unit, member, policy):
        client.tag_resource(ResourceId=each, Tags=[*RED, {"Key": "empty", "Value": ""}])
        assert client.list_tags_for_resource(ResourceId=each)["Tags"] == [*RED, {"Key": "empty", "Value": ""}]
        client.untag_resource(ResourceId=each, TagKeys=["empty", "absent"])
        assert client.list_tags_for_resource(ResourceId=each)["Tags"] == RED


def test_tags_come_with_what_is_made(client, root):
    unit = client.create_organizational_unit(ParentId=root, Name="a", Tags=RED)["OrganizationalUnit"]["Id"]
    account = client.create_account(Email="a@example.com", AccountName="a", Tags=RED)["CreateAccountStatus"]
    for each in (unit, account["AccountId"]):
        assert client.list_tags_for_resource(ResourceId=each)["Tags"] == RED


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "DUPLICATE_TAG_KEY"),
        ([{"Key": "aws:a", "Value": "1"}], "INVALID_SYSTEM_TAGS_PARAMETER"),
        ([{"Key": f"k{number}", "Value": ""} for number in range(51)], "MAX_TAG_LIMIT_EXCEEDED"),
    ],
)
def test_tags_that_cannot_be_are_refused_with_a_reason(tags, reason, client, root):
    with pytest.raises(ClientError) as refused:
        client.tag_resource(ResourceId=root, Tags=tags)
    assert refused.value.response["Reason"] == reason
    assert client.list_tags_for_resource(ResourceId=root)["Tags"] == []


def test_what_is_not_there_has_no_tags(client, organization):
    for id in ("000000000000", "ou-zzzz-12345678", "p-zzzzzzzzzz", "rp-zzzzzzzz"):
        with pytest.raises(client.exceptions.TargetNotFoundException):
            client.tag_resource(ResourceId=id, Tags=RED)


def test_a_policy_may_ask_for_the_tags_of_what_is_named(house, client, root, unit):
    client.tag_resource(ResourceId=unit, Tags=RED)
    condition = {"StringEquals": {"aws:ResourceTag/colour": "red"}}
    allow = {"Effect": "Allow", "Action": "organizations:Describe*", "Resource": "*", "Condition": condition}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    alice.describe_organizational_unit(OrganizationalUnitId=unit)
    client.untag_resource(ResourceId=unit, TagKeys=["colour"])
    with pytest.raises(ClientError, match="AccessDenied"):
        alice.describe_organizational_unit(OrganizationalUnitId=unit)
