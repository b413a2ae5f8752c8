"""How many invocations a function may have at a time: of the account's, a part that is reserved for it.

Source: Lambda Developer Guide, "Configuring reserved concurrency for a function" and "Lambda quotas".
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.archives import MOST_UNZIPPED, MOST_ZIPPED
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resolvers import a_function
from vauban.services.lambda_.resources import LATEST, Function, LayerVersion, Version

MOST = 1_000
"""Of an account in a Region."""
LEAST_UNRESERVED = 100
MOST_CODE = 80_530_636_800
"""Bytes of all archives of an account in a Region."""


@operation("PutFunctionConcurrency", on=a_function)
def put_function_concurrency(call: Call, function: Function, reserved_concurrent_executions: int) -> dict[str, Any]:
    left = _unreserved(call) + (function.reserved or 0) - reserved_concurrent_executions
    if left < LEAST_UNRESERVED:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{LEAST_UNRESERVED}]."
        )
    call.store.put(replace(function, reserved=reserved_concurrent_executions))
    return {"ReservedConcurrentExecutions": reserved_concurrent_executions}


@operation("GetFunctionConcurrency", on=a_function)
def get_function_concurrency(call: Call, function: Function) -> dict[str, Any]:
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


@operation("DeleteFunctionConcurrency", on=a_function)
def delete_function_concurrency(call: Call, function: Function) -> None:
    call.store.put(replace(function, reserved=None))


@operation("GetAccountSettings")
def get_account_settings(call: Call) -> dict[str, Any]:
    versions = call.store.list(Version)
    sizes = [each.code_size for each in (*versions, *call.store.list(LayerVersion))]
    return {
        "AccountLimit": {
            "TotalCodeSize": MOST_CODE,
            "CodeSizeUnzipped": MOST_UNZIPPED,
            "CodeSizeZipped": MOST_ZIPPED,
            "ConcurrentExecutions": MOST,
            "UnreservedConcurrentExecutions": _unreserved(call),
        },
        "AccountUsage": {
            "TotalCodeSize": sum(sizes),
            "FunctionCount": sum(each.version == LATEST for each in versions),
        },
    }


def _unreserved(call: Call) -> int:
    return MOST - sum(each.reserved or 0 for each in call.store.list(Function))
