import json

import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT, OTHER, STRANGER, invited

TAGS = "TAG_POLICY"


def tag_policy(**value):
    return json.dumps({"tags": {"cost": {"tag_key": {"@@assign": "Cost"}, "tag_value": value}}})


@pytest.fixture
def enabled(client, root):
    client.enable_policy_type(RootId=root, PolicyType=TAGS)


def effective(client, **target):
    found = client.describe_effective_policy(PolicyType=TAGS, **target)["EffectivePolicy"]
    return json.loads(found["PolicyContent"]), found


def test_what_is_attached_on_the_way_down_adds_up(client, root, unit, member, enabled, make_policy):
    client.attach_policy(PolicyId=make_policy(tag_policy(**{"@@assign": ["1"]}), TAGS), TargetId=root)
    client.attach_policy(PolicyId=make_policy(tag_policy(**{"@@append": ["2"]}), TAGS), TargetId=unit)
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    client.attach_policy(PolicyId=make_policy(tag_policy(**{"@@append": ["3"]}), TAGS), TargetId=member)
    content, found = effective(client, TargetId=member)
    assert content == {"tags": {"cost": {"tag_key": "Cost", "tag_value": ["1", "2", "3"]}}}
    assert found["TargetId"] == member
    assert found["PolicyType"] == TAGS
    content, found = effective(client)
    assert content["tags"]["cost"]["tag_value"] == ["1"]
    assert found["TargetId"] == MANAGEMENT


def test_a_member_sees_its_own_and_no_other(house, client, root, enabled, make_policy):
    client.attach_policy(PolicyId=make_policy(tag_policy(**{"@@assign": ["1"]}), TAGS), TargetId=root)
    invited(house, OTHER)
    theirs = house.client("organizations", account=OTHER)
    assert effective(theirs)[0] == effective(theirs, TargetId=OTHER)[0] == effective(client, TargetId=OTHER)[0]
    with pytest.raises(ClientError, match="AccessDenied"):
        effective(theirs, TargetId=MANAGEMENT)


def test_where_nothing_is_there_is_no_policy(client, root, unit, member, make_policy):
    with pytest.raises(client.exceptions.EffectivePolicyNotFoundException):
        effective(client, TargetId=member)
    client.enable_policy_type(RootId=root, PolicyType=TAGS)
    with pytest.raises(client.exceptions.EffectivePolicyNotFoundException):
        effective(client, TargetId=member)
    for target in (root, unit):
        with pytest.raises(client.exceptions.InvalidInputException) as refused:
            effective(client, TargetId=target)
        assert refused.value.response["Reason"] == "TARGET_NOT_SUPPORTED"
    with pytest.raises(client.exceptions.TargetNotFoundException):
        effective(client, TargetId=STRANGER)
