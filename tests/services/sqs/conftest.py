"""SQS in process."""

from collections.abc import Callable
from typing import Any

import pytest

from vauban.testing import InProcess

ACCOUNT = "111122223333"


@pytest.fixture
def sqs(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("sqs")


@pytest.fixture
def a_queue(sqs: Any) -> Callable[..., str]:
    """Makes a queue; its URL."""

    def make(name: str = "orders", **attributes: str) -> str:
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    return make


@pytest.fixture
def url(a_queue: Callable[..., str]) -> str:
    """A standard queue."""
    return a_queue()


@pytest.fixture
def fifo(a_queue: Callable[..., str]) -> str:
    return a_queue("orders.fifo", ContentBasedDeduplication="true")


@pytest.fixture
def received(sqs: Any) -> Callable[..., list[dict[str, Any]]]:
    """What a receive of up to ten messages gives."""

    def receive(url: str, **more: Any) -> list[dict[str, Any]]:
        return sqs.receive_message(**{"QueueUrl": url, "MaxNumberOfMessages": 10, **more}).get("Messages", [])

    return receive


@pytest.fixture
def bodies(received: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[str]]:
    return lambda url, **more: [message["Body"] for message in received(url, **more)]
