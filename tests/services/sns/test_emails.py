"""Subscriptions by mail, over a real relay on this host."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from vauban.kernel.requests import Request
from vauban.testing import InProcess

from ...relays import relay


class Inbox:
    """What a relay took, and what it is to answer next."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.answers and not self.answers[0].startswith("2"):
            return self.answers.pop(0)
        letter = message_from_bytes(envelope.content, policy=default)
        letter["X-Envelope"] = f"{envelope.mail_from} {','.join(envelope.rcpt_tos)}"
        self.letters.append(letter)
        return "250 taken"

    def texts(self) -> list[str]:
        return [letter.get_content().replace("\r\n", "\n") for letter in self.letters]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def vauban(inbox) -> Iterator[InProcess]:
    with relay(inbox) as port:
        running = InProcess(smtp_relay=f"127.0.0.1:{port}", smtp_from="no-reply@vauban.example", smtp_tls="off")
        yield running
        running.close()


def visit(vauban, text) -> int:
    (link,) = re.findall(r"http://\S+", text)
    path, query = urlsplit(link).path, urlsplit(link).query
    return vauban.request(Request("GET", path, query, {"host": "vauban.test"})).status


@pytest.fixture
def subscribed(vauban, sns, topic, inbox):
    """By mail, as text, and confirmed."""
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@mail.example")
    assert visit(vauban, inbox.texts()[0]) == 200
    inbox.letters.clear()


def test_a_mailbox_is_asked_first_and_confirms_by_a_link(vauban, sns, topic, inbox):
    answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@mail.example")
    assert answer["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=topic, Message="too early")
    (letter,) = inbox.letters
    assert letter["To"] == "ada@mail.example"
    assert letter["From"] == "AWS Notifications <no-reply@vauban.example>"
    assert letter["Subject"] == "AWS Notification - Subscription Confirmation"
    assert letter["X-Envelope"] == "no-reply@vauban.example ada@mail.example"
    assert topic in letter.get_content()
    assert visit(vauban, letter.get_content()) == 200
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ada@mail.example")
    assert subscription["SubscriptionArn"].startswith(topic)


def test_what_is_published_is_mailed_with_its_subject_and_a_way_out(vauban, sns, topic, inbox, subscribed):
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Orders")
    sns.publish(TopicArn=topic, Subject="An order", Message="Grüße\nof the second line")
    (letter,) = inbox.letters
    assert letter["Subject"] == "An order"
    assert letter["From"] == "Orders <no-reply@vauban.example>"
    (text,) = inbox.texts()
    assert text.startswith("Grüße\nof the second line\n")
    assert visit(vauban, text) == 200
    sns.publish(TopicArn=topic, Message="nobody listens")
    assert len(inbox.letters) == 1
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_message_without_a_subject_has_the_usual_one(sns, topic, inbox, subscribed):
    sns.publish(TopicArn=topic, Message="hello")
    assert inbox.letters[0]["Subject"] == "AWS Notification Message"


def test_email_json_is_the_signed_envelope(vauban, sns, topic, inbox):
    sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="machine@mail.example")
    asked = json.loads(inbox.texts()[0])
    assert asked["Type"] == "SubscriptionConfirmation"
    sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
    texts = {"default": "for all", "email-json": "for machines"}
    sns.publish(TopicArn=topic, Message=json.dumps(texts), MessageStructure="json", Subject="s")
    told = json.loads(inbox.texts()[1])
    assert (told["Type"], told["Subject"], told["Message"]) == ("Notification", "s", "for machines")
    assert {"Signature", "SigningCertURL", "UnsubscribeURL"} < told.keys()


def test_a_relay_that_is_busy_is_tried_again_with_the_same_letter(vauban, sns, topic, inbox, subscribed):
    inbox.answers[:] = ["451 later", "451 later"]
    sns.publish(TopicArn=topic, Message="hello")
    assert inbox.letters == []
    vauban.advance(seconds=25)
    (letter,) = inbox.letters
    assert letter["Message-ID"].endswith("@vauban.example>")


def test_what_the_relay_will_never_take_is_a_dead_letter(vauban, sns, topic, inbox, subscribed):
    sqs = vauban.client("sqs")
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }  # fmt: skip
    url = sqs.create_queue(QueueName="dead", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
    letters = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead"})
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"], AttributeName="RedrivePolicy", AttributeValue=letters
    )
    inbox.answers[:] = ["554 never"]
    sns.publish(TopicArn=topic, Message="hello")
    (dead,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(dead["Body"])["Message"] == "hello"
    vauban.advance(hours=1)
    assert inbox.letters == []


@pytest.mark.parametrize("address", ["nobody", "a b@mail.example", "a@mail.example\r\nBcc: b@mail.example", "@x"])
def test_what_is_no_mailbox_is_refused(sns, topic, inbox, address):
    with pytest.raises(ClientError, match="Invalid parameter: Email address"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    assert inbox.letters == []


def test_without_a_relay_mail_is_refused_aloud(sns_without_relay):
    sns, topic = sns_without_relay
    with pytest.raises(ClientError, match="without a mail relay"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@mail.example")


@pytest.fixture
def sns_without_relay():
    running = InProcess()
    sns = running.client("sns")
    yield sns, sns.create_topic(Name="t")["TopicArn"]
    running.close()
