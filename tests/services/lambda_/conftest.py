"""Functions as their owners make them: a role that Lambda may assume, and an archive."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def archive(source: str, name: str = "app.py") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr(name, source)
    return content.getvalue()


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
