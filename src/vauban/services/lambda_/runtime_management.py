"""How a function's runtime is updated: with the host's, whenever that is."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resolvers import Target, a_target

AUTOMATICALLY = "Auto"


@operation("GetRuntimeManagementConfig", on=a_target)
def get_runtime_management_config(call: Call, target: Target) -> dict[str, Any]:
    return {"UpdateRuntimeOn": AUTOMATICALLY, "FunctionArn": target.arn}


@operation("PutRuntimeManagementConfig", on=a_target, unsupported=("RuntimeVersionArn",))
def put_runtime_management_config(call: Call, target: Target, update_runtime_on: str) -> dict[str, Any]:
    if update_runtime_on != AUTOMATICALLY:
        raise InvalidParameterValueException(
            f"UpdateRuntimeOn {update_runtime_on} is not supported here: functions run on what the host has."
        )
    return {"UpdateRuntimeOn": AUTOMATICALLY, "FunctionArn": target.arn}
