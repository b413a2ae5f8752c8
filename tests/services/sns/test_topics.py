"""Topics, their attributes, tags and policies, as customers use them."""

import json

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


def code(caught) -> str:
    return caught.value.response["Error"]["Code"]


def test_a_topic_goes_by_an_arn_that_its_name_ends(sns, topic):
    assert topic == f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["TopicArn"] == topic
    assert attributes["Owner"] == ACCOUNT
    assert attributes["DisplayName"] == ""
    assert json.loads(attributes["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 3
    assert json.loads(attributes["Policy"])["Id"] == "__default_policy_ID"


def test_to_create_a_topic_again_is_no_error_unless_it_is_to_be_another(sns, topic):
    assert sns.create_topic(Name="orders")["TopicArn"] == topic
    with pytest.raises(ClientError, match="Topic already exists with different attributes"):
        sns.create_topic(Name="orders", Attributes={"DisplayName": "Orders"})
    with pytest.raises(ClientError, match="Topic already exists with different tags"):
        sns.create_topic(Name="orders", Tags=[{"Key": "a", "Value": "b"}])


@pytest.mark.parametrize("name", ["", "with space", "a" * 257, "orders.fifo"])
def test_names_are_letters_digits_hyphens_and_underscores(sns, name):
    with pytest.raises(ClientError) as caught:
        sns.create_topic(Name=name)
    assert code(caught) == "InvalidParameter"


def test_a_fifo_topic_says_so_in_its_name(sns):
    with pytest.raises(ClientError, match=r"Fifo Topic names must end with \.fifo"):
        sns.create_topic(Name="orders", Attributes={"FifoTopic": "true"})
    arn = sns.create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert attributes["FifoTopic"] == "true"
    assert attributes["ContentBasedDeduplication"] == "false"


def test_topics_are_listed_a_hundred_at_a_time(sns):
    made = {sns.create_topic(Name=f"topic-{number:03}")["TopicArn"] for number in range(101)}
    first = sns.list_topics()
    assert len(first["Topics"]) == 100
    second = sns.list_topics(NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert {each["TopicArn"] for each in first["Topics"] + second["Topics"]} == made
    with pytest.raises(ClientError, match="NextToken"):
        sns.list_topics(NextToken="nonsense")


def test_what_is_deleted_is_not_found(sns, topic):
    sns.delete_topic(TopicArn=topic)
    with pytest.raises(ClientError, match="Topic does not exist") as caught:
        sns.get_topic_attributes(TopicArn=topic)
    assert code(caught) == "NotFound"


def test_an_arn_that_is_none_is_refused(sns):
    with pytest.raises(ClientError, match="An ARN must have at least 6 elements, not 1"):
        sns.get_topic_attributes(TopicArn="orders")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Nonsense", "1"),
        ("SignatureVersion", "3"),
        ("DisplayName", "a" * 101),
        ("DisplayName", "a\r\nBcc: b@mail.example"),
        ("TracingConfig", "Active"),
        ("ArchivePolicy", '{"MessageRetentionPeriod":"30"}'),
        ("ContentBasedDeduplication", "true"),
        ("DeliveryPolicy", "{"),
        ("DeliveryPolicy", '{"http":{"nonsense":1}}'),
        ("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}'),
        ("Policy", "{}"),
        ("Policy", '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}'),
    ],
)
def test_attributes_that_cannot_be_are_refused(sns, topic, name, value):
    with pytest.raises(ClientError) as caught:
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert code(caught) == "InvalidParameter"


def test_attributes_are_set_and_unset(sns, topic):
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Orders")
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "Orders"
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="")
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == ""


def test_tags_are_put_and_taken_away(sns, topic):
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "team", "Value": "shop"}, {"Key": "x", "Value": "y"}])
    sns.untag_resource(ResourceArn=topic, TagKeys=["x"])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "team", "Value": "shop"}]
    with pytest.raises(ClientError, match="Resource does not exist") as caught:
        sns.list_tags_for_resource(ResourceArn=f"{topic}-not")
    assert code(caught) == "ResourceNotFound"


def test_permissions_let_another_account_publish_until_they_are_removed(vauban: InProcess, sns, topic):
    other = vauban.client("sns", account=OTHER_ACCOUNT)
    with pytest.raises(ClientError) as caught:
        other.publish(TopicArn=topic, Message="hello")
    assert code(caught) == "AuthorizationError"
    sns.add_permission(TopicArn=topic, Label="theirs", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Publish"])
    assert other.publish(TopicArn=topic, Message="hello")["MessageId"]
    with pytest.raises(ClientError, match="Statement already exists"):
        sns.add_permission(TopicArn=topic, Label="theirs", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Publish"])
    sns.remove_permission(TopicArn=topic, Label="theirs")
    with pytest.raises(ClientError):
        other.publish(TopicArn=topic, Message="hello")


def test_a_topic_of_large_messages_has_only_subscribers_that_take_them(vauban, sns, topic, endpoint):
    size = {"TopicArn": topic, "AttributeName": "MaximumMessageSize", "AttributeValue": "1048576"}
    with pytest.raises(ClientError, match="Message too long"):
        sns.publish(TopicArn=topic, Message="x" * 262_145)
    sns.set_topic_attributes(**size)
    sns.publish(TopicArn=topic, Message="x" * 1_048_576)
    with pytest.raises(ClientError, match="MaximumMessageSize"):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:111122223333:q")
    sns.set_topic_attributes(**size | {"AttributeValue": "1024"})
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    with pytest.raises(ClientError, match="MaximumMessageSize"):
        sns.set_topic_attributes(**size)
