"""Functions, and a server that is killed under them."""

import io
import json
import os
import signal
import zipfile
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server, eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:*", "logs:*"], "Resource": "*"}]}
ENDS = f"arn:aws:sqs:us-east-1:{ACCOUNT}:ends"


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYFUNCTIONS:{'s' * 40}", "--workers", "1")


def make(server: Server, source: str, handler: str) -> None:
    iam = server.client("iam")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="worker", PolicyName="may", PolicyDocument=json.dumps(MAY))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("app.py", source)
    server.client("lambda").create_function(
        FunctionName="job",
        Runtime="python3.12",
        Role=role,
        Handler=handler,
        Code={"ZipFile": content.getvalue()},
        Timeout=30,
    )


def running(handler: str) -> list[int]:
    """Processes that run a handler, wherever they are."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"awslambdaric" in words and handler.encode() in words:
            found.append(int(each.parent.name))
    return found


def test_functions_end_with_a_supervisor_that_alone_is_killed(server: Server):
    handler = f"app.outliving_{os.getpid()}"
    make(server, f"def {handler.removeprefix('app.')}(event, context): return 1", handler)
    server.client("lambda").invoke(FunctionName="job")
    assert running(handler)
    os.kill(server.process.pid, signal.SIGKILL)
    eventually(lambda: not running(handler))


def test_what_came_of_an_event_is_told_though_all_is_killed_meanwhile(server: Server):
    make(server, "import time\ndef handler(event, context):\n    time.sleep(2)\n    return event", "app.handler")
    client, sqs = server.client("lambda"), server.client("sqs")
    queue = sqs.create_queue(QueueName="ends")["QueueUrl"]
    client.put_function_event_invoke_config(FunctionName="job", DestinationConfig={"OnSuccess": {"Destination": ENDS}})
    client.invoke(FunctionName="job", InvocationType="Event", Payload=b'{"a": 1}')
    eventually(lambda: running("app.handler"))
    server.kill()
    server.start()

    def told() -> list:
        return server.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])

    (message,) = eventually(told)
    record = json.loads(message["Body"])
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", {"a": 1})
