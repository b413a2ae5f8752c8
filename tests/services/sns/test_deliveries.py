"""What endpoints outside are sent, and how often."""

import base64
import json

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from vauban.kernel.requests import Request

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def get(vauban, url: str):
    path, _, query = url.removeprefix("http://vauban.test").partition("?")
    return vauban.request(Request("GET", path, query, {"host": "vauban.test"}))


def verify(vauban, message, names, digest):
    certificate = x509.load_pem_x509_certificate(get(vauban, message["SigningCertURL"]).body)
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    signature = base64.b64decode(message["Signature"])
    certificate.public_key().verify(signature, text.encode(), padding.PKCS1v15(), digest)


def test_an_endpoint_is_asked_first_and_confirms_by_a_link_that_nobody_signs(vauban, sns, endpoint, topic):
    answer = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    assert answer["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=topic, Message="too early")
    ((headers, _),) = endpoint.received
    (message,) = endpoint.messages()
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-topic-arn"] == topic
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert message["Type"] == "SubscriptionConfirmation"
    verify(vauban, message, CONFIRMATION, SHA1())
    assert get(vauban, message["SubscribeURL"]).status == 200
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]) == ("0", "1")
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    told = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
    assert told["ConfirmationWasAuthenticated"] == "false"
    assert told["PendingConfirmation"] == "false"


def test_a_notification_is_signed_and_says_where_it_is_from(vauban, sns, endpoint, topic, confirmed):
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    published = sns.publish(TopicArn=topic, Message="hello", Subject="Greetings", MessageAttributes=attributes)
    ((headers, _),) = endpoint.received
    (message,) = endpoint.messages()
    assert headers["x-amz-sns-subscription-arn"] == confirmed
    assert headers["x-amz-sns-message-id"] == published["MessageId"] == message["MessageId"]
    assert list(message) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL", "MessageAttributes",
    ]  # fmt: skip
    assert message["MessageAttributes"] == {"colour": {"Type": "String", "Value": "red"}}
    verify(vauban, message, NOTIFICATION, SHA1())


def test_signature_version_2_is_over_sha_256(vauban, sns, endpoint, topic, confirmed):
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    sns.publish(TopicArn=topic, Message="hello")
    (message,) = endpoint.messages()
    assert message["SignatureVersion"] == "2"
    verify(vauban, message, NOTIFICATION, SHA256())


def test_the_link_in_a_notification_unsubscribes(vauban, sns, endpoint, topic, confirmed):
    sns.publish(TopicArn=topic, Message="hello")
    assert get(vauban, endpoint.messages()[0]["UnsubscribeURL"]).status == 200
    assert sns.list_subscriptions()["Subscriptions"] == []
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsDeleted"] == "1"
    sns.unsubscribe(SubscriptionArn=confirmed)


def test_the_link_does_nothing_where_unsubscribing_is_to_be_authenticated(vauban, sns, endpoint, topic):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    token = endpoint.messages()[0]["Token"]
    sns.confirm_subscription(TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")
    sns.publish(TopicArn=topic, Message="hello")
    assert get(vauban, endpoint.messages()[1]["UnsubscribeURL"]).status == 403
    assert len(sns.list_subscriptions()["Subscriptions"]) == 1


def test_a_wrong_token_confirms_nothing(vauban, sns, endpoint, topic):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    with pytest.raises(ClientError, match="InvalidParameter"):
        sns.confirm_subscription(TopicArn=topic, Token="0" * 256)
    assert sns.list_subscriptions()["Subscriptions"][0]["SubscriptionArn"] == "PendingConfirmation"


def test_a_subscription_that_nobody_confirms_is_gone_after_two_days(vauban, sns, endpoint, topic):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    vauban.advance(hours=47)
    assert len(sns.list_subscriptions()["Subscriptions"]) == 1
    vauban.advance(hours=2)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_what_fails_is_tried_again_as_the_policy_says_and_then_no_more(vauban, sns, endpoint, topic, confirmed):
    endpoint.statuses[:] = [500] * 9
    sns.publish(TopicArn=topic, Message="hello")
    assert len(endpoint.received) == 1
    for seconds, tries in ((19, 1), (2, 2), (20, 3), (20, 4), (600, 4)):
        vauban.advance(seconds=seconds)
        assert len(endpoint.received) == tries


def test_what_succeeds_in_the_end_is_not_sent_again(vauban, sns, endpoint, topic, confirmed):
    endpoint.statuses[:] = [503, 429]
    sns.publish(TopicArn=topic, Message="hello")
    vauban.advance(minutes=10)
    assert len(endpoint.received) == 3


def test_what_the_endpoint_does_not_want_is_not_sent_again(vauban, sns, endpoint, topic, confirmed):
    endpoint.statuses[:] = [404]
    sns.publish(TopicArn=topic, Message="hello")
    vauban.advance(minutes=10)
    assert len(endpoint.received) == 1


def test_raw_delivery_is_the_message_and_nothing_else(vauban, sns, endpoint, topic, confirmed):
    sns.set_subscription_attributes(
        SubscriptionArn=confirmed, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    sns.publish(TopicArn=topic, Message="just this")
    ((headers, body),) = endpoint.received
    assert body == "just this"
    assert headers["x-amz-sns-rawdelivery"] == "true"


def test_each_protocol_gets_its_own_text(vauban, sns, endpoint, topic, confirmed):
    texts = {"default": "for all", "http": "for you"}
    sns.publish(TopicArn=topic, Message=json.dumps(texts), MessageStructure="json")
    (message,) = endpoint.messages()
    assert message["Message"] == "for you"
    verify(vauban, message, NOTIFICATION, SHA1())
