"""A Lambda service of one function, for rotation: what it has to do runs off the loop, as a function of its event."""

import json
from collections import ChainMap
from collections.abc import Callable
from types import ModuleType
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import Service, operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.policy import Policy
from vauban.testing import InProcess

from .conftest import ACCOUNT

ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "secretsmanager.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
    },
}


class ResourceNotFoundException(AwsError):
    status = 404


class TooManyRequestsException(AwsError):
    status = 429


class TheFunction:
    members = ("FunctionName",)
    action = "lambda:InvokeFunction"

    def __init__(self, policy: Any):
        self._policy = Policy.parse(policy, name="function policy", kind="resource") if policy else None

    def __call__(self, call: Call, world: World) -> Resource:
        absent = None if call.params["FunctionName"] == ARN else ResourceNotFoundException("Function not found")
        return Resource(ARN, "function", ACCOUNT, policy=self._policy, absent=absent)


def install(running: InProcess, function: Callable[[dict[str, Any]], None], policy: Any = POLICY) -> None:
    """From now on ``function`` is what ``ARN`` names; what it raises is a FunctionError, or Lambda's own error."""

    def answer(payload: bytes) -> dict[str, Any]:
        try:
            function(json.loads(payload))
        except AwsError:
            raise
        except Exception as error:  # noqa: BLE001 - a function may fail in any way
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": repr(error).encode()}
        return {"StatusCode": 200, "Payload": b"null"}

    def invoke(call: Call, _: None, invocation_type: str = "RequestResponse", payload: bytes = b"null") -> Any:
        return {"StatusCode": 204} if invocation_type == "DryRun" else call.slowly(answer, payload)

    module = ModuleType("rotation_function")
    module.invoke = operation("Invoke", on=TheFunction(policy))(invoke)
    invoke.__module__ = module.__name__
    routes = running.vauban.gateway.routes
    routes._services = ChainMap({"lambda": Service("lambda", module)}, running.vauban.services)
    routes._routes.pop(("lambda", "Invoke"), None)
