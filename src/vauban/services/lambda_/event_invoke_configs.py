"""What becomes of events that nobody waits for: how often and how long they are tried, and whom the end is told.

Source: the API reference of PutFunctionEventInvokeConfig.
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.destinations import require_destination
from vauban.services.lambda_.errors import InvalidParameterValueException, ResourceNotFoundException
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.resolvers import Target, a_function, a_target
from vauban.services.lambda_.resources import LATEST, EventInvokeConfig, Function


@operation("PutFunctionEventInvokeConfig", on=a_target)
def put_function_event_invoke_config(
    call: Call,
    target: Target,
    maximum_retry_attempts: int | None = None,
    maximum_event_age_in_seconds: int | None = None,
    destination_config: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return _put(
        call, target, _empty(call, target), maximum_retry_attempts, maximum_event_age_in_seconds, destination_config
    )


@operation("UpdateFunctionEventInvokeConfig", on=a_target)
def update_function_event_invoke_config(
    call: Call,
    target: Target,
    maximum_retry_attempts: int | None = None,
    maximum_event_age_in_seconds: int | None = None,
    destination_config: dict[str, Any] | None = None,
) -> dict[str, Any]:
    config = _config(call, target)
    return _put(call, target, config, maximum_retry_attempts, maximum_event_age_in_seconds, destination_config)


@operation("GetFunctionEventInvokeConfig", on=a_target)
def get_function_event_invoke_config(call: Call, target: Target) -> dict[str, Any]:
    return _told(target.function, _config(call, target))


@operation("DeleteFunctionEventInvokeConfig", on=a_target)
def delete_function_event_invoke_config(call: Call, target: Target) -> None:
    call.store.delete(_config(call, target))


@operation("ListFunctionEventInvokeConfigs", on=a_function)
def list_function_event_invoke_configs(
    call: Call, function: Function, marker: str | None = None, max_items: int = 50
) -> dict[str, Any]:
    def entries(after: str, count: int) -> list[EventInvokeConfig]:
        return call.store.list(EventInvokeConfig, prefix=f"{function.name}:", after=after, limit=count)

    def told(config: EventInvokeConfig) -> dict[str, Any]:
        return _told(function, config)

    member = "FunctionEventInvokeConfigs"
    return page(call, member, entries, told, lambda each: each.config_id, max_items, marker, function.name)


def config_of(call: Call, function: str, qualifier: str) -> EventInvokeConfig | None:
    """What holds for events that were sent to a qualifier of a function."""
    return call.store.get(EventInvokeConfig, f"{function}:{qualifier or LATEST}")


def forget_config(call: Call, function: Function, qualifier: str) -> None:
    """With the version or the alias that it is of."""
    config = config_of(call, function.name, qualifier)
    if config is not None:
        call.store.delete(config)


def _put(
    call: Call,
    target: Target,
    config: EventInvokeConfig,
    retries: int | None,
    age: int | None,
    destinations: dict[str, Any] | None,
) -> dict[str, Any]:
    if retries is None and age is None and destinations is None:
        raise InvalidParameterValueException("You must specify at least one of error handling or destination setting.")
    given = {"most_retries": retries, "longest_age": age}
    for name, member in (("on_success", "OnSuccess"), ("on_failure", "OnFailure")):
        if member in (destinations or {}):
            given[name] = destinations[member].get("Destination", "")
            require_destination(call, target.function, given[name])
    changes = {name: value for name, value in given.items() if value is not None}
    changed = replace(config, modified=call.now, **changes)
    call.store.put(changed)
    return _told(target.function, changed)


def _empty(call: Call, target: Target) -> EventInvokeConfig:
    function, qualifier = target.function, target.qualifier or LATEST
    where = (function.account, function.region, function.name)
    return EventInvokeConfig(f"{function.name}:{qualifier}", *where, qualifier, call.now)


def _config(call: Call, target: Target) -> EventInvokeConfig:
    config = config_of(call, target.function.name, target.qualifier)
    if config is None:
        where = target.function.arn_of(target.qualifier or LATEST)
        raise ResourceNotFoundException(f"The function {where} doesn't have an EventInvokeConfig")
    return config


def _told(function: Function, config: EventInvokeConfig) -> dict[str, Any]:
    """The model's ``FunctionEventInvokeConfig``."""
    told: dict[str, Any] = {
        "LastModified": config.modified,
        "FunctionArn": function.arn_of(config.qualifier),
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success} if config.on_success else {},
            "OnFailure": {"Destination": config.on_failure} if config.on_failure else {},
        },
    }
    counted = {"MaximumRetryAttempts": config.most_retries, "MaximumEventAgeInSeconds": config.longest_age}
    return told | {name: value for name, value in counted.items() if value is not None}
