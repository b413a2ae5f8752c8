"""SQS as SDKs spoke to it before 2023: forms to the queue's URL, answers in XML."""

from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from vauban.kernel.requests import Request

NAMESPACE = {"q": "http://queue.amazonaws.com/doc/2012-11-05/"}


@pytest.fixture
def ask(vauban):
    """Send a signed form to a path; the status, and the answer's root."""
    signer = vauban.client("sqs")._request_signer
    credentials = signer._credentials

    def send(path, action, version="2012-11-05", **fields):
        form = urlencode({"Action": action, **({"Version": version} if version else {}), **fields})
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        request = AWSRequest("POST", f"http://vauban.test{path}", data=form, headers=headers)
        SigV4Auth(credentials, "sqs", "us-east-1").add_auth(request)
        signed = {name.lower(): value for name, value in request.headers.items()} | {"host": "vauban.test"}
        response = vauban.request(Request("POST", path, "", signed, form.encode()))
        return response.status, ElementTree.fromstring(response.body)

    return send


def text(root, path) -> str:
    return root.findtext("/".join(f"q:{each}" for each in path.split("/")), namespaces=NAMESPACE)


def every(root, path) -> list:
    return root.findall("/".join(f"q:{each}" for each in path.split("/")), NAMESPACE)


@pytest.fixture
def path(ask) -> str:
    """Of a queue's URL."""
    fields = {"Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "40", "Tag.1.Key": "team"}
    status, made = ask("/", "CreateQueue", QueueName="orders", **fields, **{"Tag.1.Value": "red"})
    assert status == 200
    return urlsplit(text(made, "CreateQueueResult/QueueUrl")).path


def test_a_queue_is_made_and_told_of(ask, path):
    assert path == "/111122223333/orders"
    _, told = ask(path, "GetQueueAttributes", **{"AttributeName.1": "VisibilityTimeout", "AttributeName.2": "QueueArn"})
    pairs = {text(each, "Name"): text(each, "Value") for each in every(told, "GetQueueAttributesResult/Attribute")}
    assert pairs == {"VisibilityTimeout": "40", "QueueArn": "arn:aws:sqs:us-east-1:111122223333:orders"}
    _, tags = ask(path, "ListQueueTags")
    (tag,) = every(tags, "ListQueueTagsResult/Tag")
    assert (text(tag, "Key"), text(tag, "Value")) == ("team", "red")
    _, listed = ask("/", "ListQueues", QueueNamePrefix="or")
    assert [urlsplit(each.text).path for each in every(listed, "ListQueuesResult/QueueUrl")] == [path]


def test_a_message_is_sent_received_and_deleted(ask, path):
    attribute = {
        "MessageAttribute.1.Name": "colour",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "red",
    }
    status, sent = ask(path, "SendMessage", MessageBody="a < b", **attribute)
    assert status == 200
    assert text(sent, "SendMessageResult/MD5OfMessageAttributes")
    assert text(sent, "ResponseMetadata/RequestId")
    names = {"AttributeName.1": "All", "MessageAttributeName.1": "All"}
    _, received = ask(path, "ReceiveMessage", MaxNumberOfMessages="10", **names)
    (message,) = every(received, "ReceiveMessageResult/Message")
    assert text(message, "Body") == "a < b"
    assert text(message, "MessageId") == text(sent, "SendMessageResult/MessageId")
    assert text(message, "MessageAttribute/Name") == "colour"
    assert text(message, "MessageAttribute/Value/StringValue") == "red"
    told = {text(each, "Name"): text(each, "Value") for each in every(message, "Attribute")}
    assert told["ApproximateReceiveCount"] == "1"
    status, _ = ask(path, "DeleteMessage", ReceiptHandle=text(message, "ReceiptHandle"))
    assert status == 200
    _, empty = ask(path, "ReceiveMessage", VisibilityTimeout="0")
    assert every(empty, "ReceiveMessageResult/Message") == []


def test_a_batch_tells_of_each_entry(ask, path):
    entries = {
        "SendMessageBatchRequestEntry.1.Id": "one",
        "SendMessageBatchRequestEntry.1.MessageBody": "1",
        "SendMessageBatchRequestEntry.2.Id": "two",
        "SendMessageBatchRequestEntry.2.MessageBody": "2",
        "SendMessageBatchRequestEntry.2.DelaySeconds": "1000",
    }
    _, told = ask(path, "SendMessageBatch", **entries)
    (sent,) = every(told, "SendMessageBatchResult/SendMessageBatchResultEntry")
    (failed,) = every(told, "SendMessageBatchResult/BatchResultErrorEntry")
    assert (text(sent, "Id"), text(failed, "Id")) == ("one", "two")
    assert (text(failed, "Code"), text(failed, "SenderFault")) == ("InvalidParameterValue", "true")


def test_the_url_may_be_a_field_and_the_version_be_left_out(ask, path):
    status, _ = ask("/", "SendMessage", version="", QueueUrl=f"http://vauban.test{path}", MessageBody="x")
    assert status == 200


def test_errors_bear_their_old_names(ask, path):
    status, told = ask("/111122223333/nowhere", "SendMessage", MessageBody="x")
    assert (status, text(told, "Error/Code")) == (400, "AWS.SimpleQueueService.NonExistentQueue")
    assert text(told, "Error/Type") == "Sender"
    status, told = ask(path, "ReceiveMessage", MaxNumberOfMessages="11")
    assert (status, text(told, "Error/Code")) == (400, "InvalidParameterValue")
    status, told = ask(path, "SendMessage")
    assert (status, text(told, "Error/Code")) == (400, "MissingParameter")
    status, told = ask(path, "Nonsense")
    assert (status, told.findtext("{*}Error/{*}Code")) == (400, "InvalidAction")


def test_a_stranger_is_denied(vauban, ask, path):
    vauban.user("nobody")
    request = AWSRequest(
        "POST",
        f"http://vauban.test{path}",
        data="Action=SendMessage&MessageBody=x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    SigV4Auth(vauban.client("sqs", user="nobody")._request_signer._credentials, "sqs", "us-east-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "vauban.test"}
    response = vauban.request(Request("POST", path, "", headers, b"Action=SendMessage&MessageBody=x"))
    assert response.status == 403
    assert b"<Code>AccessDenied</Code>" in response.body
