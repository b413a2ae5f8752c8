"""IAM in process, and what most of its tests need to be there."""

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from vauban.testing import InProcess

ACCOUNT = "111122223333"


def allowing(actions: Any, resources: Any = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trusting(principal: Any, action: str = "sts:AssumeRole") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {"Version": "2012-10-17", "Statement": [statement]}


EVERYTHING = json.dumps(allowing("*"))
FOR_EC2 = json.dumps(trusting({"Service": "ec2.amazonaws.com"}))


class Refusals:
    """``with refused("NoSuchEntity", "cannot be found")``: that AWS's code and sentence are told."""

    def __init__(self, code: str, sentence: str = ""):
        self._code, self._sentence = code, sentence
        self._raises = pytest.raises(ClientError)

    def __enter__(self) -> Any:
        self._found = self._raises.__enter__()
        return self._found

    def __exit__(self, *error: Any) -> bool | None:
        done = self._raises.__exit__(*error)
        told = self._found.value.response["Error"]
        assert told["Code"] == self._code, told
        assert self._sentence in told["Message"], told
        return done


@pytest.fixture
def refused() -> type[Refusals]:
    return Refusals


@pytest.fixture
def iam(vauban: InProcess) -> Any:
    """A boto3 client of the account's root user."""
    return vauban.client("iam")


@pytest.fixture
def unchecked(vauban: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return vauban.client("iam", config=Config(parameter_validation=False))


@pytest.fixture
def alice(iam: Any) -> str:
    iam.create_user(UserName="alice")
    return "alice"


@pytest.fixture
def role(iam: Any) -> str:
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=FOR_EC2)
    return "worker"


@pytest.fixture
def policy(iam: Any) -> str:
    """The ARN of a managed policy that allows everything."""
    return iam.create_policy(PolicyName="all", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
