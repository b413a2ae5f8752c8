"""Filter policies: what reaches an endpoint."""

import json

import pytest
from botocore.exceptions import ClientError


def filtered(sns, subscription, policy, scope="MessageAttributes"):
    for name, value in (("FilterPolicyScope", scope), ("FilterPolicy", json.dumps(policy))):
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ({"colour": ["red"]}, True),
        ({"colour": ["blue"]}, False),
        ({"colour": [{"prefix": "re"}]}, True),
        ({"colour": [{"suffix": "ue"}]}, False),
        ({"colour": [{"anything-but": ["blue"]}]}, True),
        ({"colour": [{"equals-ignore-case": "RED"}]}, True),
        ({"size": [{"numeric": [">", 3, "<=", 5]}]}, True),
        ({"size": [{"numeric": ["=", 4]}]}, False),
        ({"size": [5]}, True),
        ({"shape": [{"exists": False}]}, True),
        ({"places": ["attic"]}, True),
        ({"places": ["cellar"]}, False),
        ({"$or": [{"colour": ["blue"]}, {"size": [5]}]}, True),
        ({"colour": ["red"], "size": [6]}, False),
        ({}, True),
    ],
)
def test_attributes_decide(sns, endpoint, topic, confirmed, policy, wanted):
    filtered(sns, confirmed, policy)
    attributes = {
        "colour": {"DataType": "String", "StringValue": "red"},
        "size": {"DataType": "Number", "StringValue": "5"},
        "places": {"DataType": "String.Array", "StringValue": '["attic", "hall"]'},
    }
    sns.publish(TopicArn=topic, Message="hello", MessageAttributes=attributes)
    assert bool(endpoint.received) == wanted


@pytest.mark.parametrize(
    ("message", "wanted"),
    [('{"order": {"state": "paid"}}', True), ('{"order": {"state": "open"}}', False), ("paid", False), ("[]", False)],
)
def test_the_body_decides_where_the_scope_says_so(sns, endpoint, topic, confirmed, message, wanted):
    filtered(sns, confirmed, {"order": {"state": ["paid"]}}, "MessageBody")
    sns.publish(TopicArn=topic, Message=message)
    assert bool(endpoint.received) == wanted


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        '{"a": "b"}',
        '{"a": {"b": ["c"]}}',
        '{"a": [{"nonsense": 1}]}',
        json.dumps({key: ["x"] for key in "abcdef"}),
    ],
)
def test_what_is_no_filter_policy_is_refused(sns, confirmed, policy):
    with pytest.raises(ClientError, match="FilterPolicy") as caught:
        sns.set_subscription_attributes(SubscriptionArn=confirmed, AttributeName="FilterPolicy", AttributeValue=policy)
    assert caught.value.response["Error"]["Code"] == "InvalidParameter"


def test_a_policy_of_too_many_combinations_is_refused(sns, confirmed):
    fine = {key: [str(number) for number in range(12)] for key in "ab"}
    filtered(sns, confirmed, fine)
    nested = {"a": {"b": {"c": [str(number) for number in range(12)]}}, "d": [1, 2, 3, 4]}
    filtered(sns, confirmed, nested, "MessageBody")
    for policy in (fine | {"c": ["1", "2"]}, nested | {"d": [1, 2, 3, 4, 5]}):
        with pytest.raises(ClientError, match="Filter policy is too complex"):
            filtered(sns, confirmed, policy, "MessageBody")
