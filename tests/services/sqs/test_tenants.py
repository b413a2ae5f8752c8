"""Fair queues."""

import pytest


@pytest.fixture
def send(sqs, url):
    def send(body: str, tenant: str = "") -> None:
        sqs.send_message(QueueUrl=url, MessageBody=body, **({"MessageGroupId": tenant} if tenant else {}))

    return send


def test_a_quiet_tenant_goes_before_one_with_much_in_flight(url, send, bodies):
    for number in range(20):
        send(f"loud {number}", "loud")
    assert len(bodies(url)) == 10
    send("quiet", "quiet")
    send("nobody's")
    assert bodies(url, MaxNumberOfMessages=2) == ["quiet", "nobody's"]
    assert bodies(url, MaxNumberOfMessages=1) == ["loud 10"]


def test_tenants_with_little_in_flight_are_served_as_they_came(url, send, bodies):
    for number in range(6):
        send(str(number), f"t{number % 2}")
    assert bodies(url, MaxNumberOfMessages=2) == ["0", "1"]
    assert bodies(url) == ["2", "3", "4", "5"]


def test_a_tenant_whose_messages_are_done_is_loud_no_longer(sqs, url, send, received, bodies):
    for number in range(12):
        send(f"loud {number}", "loud")
    for message in received(url):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    send("quiet", "quiet")
    assert bodies(url) == ["loud 10", "loud 11", "quiet"]


def test_who_is_alone_is_served_however_loud(url, send, bodies):
    for number in range(15):
        send(str(number), "only")
    assert len(bodies(url)) == 10
    assert bodies(url) == ["10", "11", "12", "13", "14"]
