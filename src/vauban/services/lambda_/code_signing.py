"""Code signing: no function here has a configuration for it, and that is told."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.lambda_.resolvers import a_function
from vauban.services.lambda_.resources import Function


@operation("GetFunctionCodeSigningConfig", on=a_function)
def get_function_code_signing_config(call: Call, function: Function) -> dict[str, Any]:
    return {"CodeSigningConfigArn": "", "FunctionName": function.name}
