"""Functions as their owners make them: a role that Lambda may assume, and an archive."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def archive(source: str, name: str = "app.py", **more: str) -> bytes:
    """A zip archive of one file, or of several where their names are no keywords: ``**{"lib/a.py": "…"}``."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for each, text in {name: source, **more}.items():
            opened.writestr(each, text)
    return content.getvalue()


def invoked(client, payload: Any = None, name: str = "job", **more: Any) -> tuple[dict[str, Any], Any]:
    """The answer, and what the function answered."""
    answer = client.invoke(FunctionName=name, Payload=json.dumps(payload), **more)
    return answer, json.loads(answer["Payload"].read())


def allow(vauban, *actions: str) -> None:
    """Let functions do so."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    vauban.client("iam").put_role_policy(RoleName="worker", PolicyName="may", PolicyDocument=document)


def let_go_on(vauban, until: Callable[[], Any], seconds: int = 1) -> Any:
    """Move the clock until it has come to pass; what ``until`` says then."""
    for _ in range(200):
        if found := until():
            return found
        vauban.advance(seconds=seconds)
        time.sleep(0.01)
    raise AssertionError("it does not come to pass")


def received(vauban, queue: str) -> Callable[[], list[dict[str, Any]]]:
    """What looks whether there is a message in a queue, and tells its attributes too."""
    sqs = vauban.client("sqs")
    return lambda: sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"]).get("Messages")


@pytest.fixture
def client(vauban):
    return vauban.client("lambda")


@pytest.fixture
def role(vauban) -> str:
    made = vauban.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    return made["Role"]["Arn"]


@pytest.fixture
def make(client, role) -> Callable[..., dict[str, Any]]:
    def make(source: str = "def handler(event, context): return event", name: str = "job", **more: Any):
        return client.create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.12",
                "Role": role,
                "Handler": "app.handler",
                "Code": {"ZipFile": archive(source)},
                **more,
            }
        )

    return make
