"""Event source mappings: queues whose messages functions are given. ``polling`` gives them.

Source: the API reference of CreateEventSourceMapping; Lambda Developer Guide, "Using Lambda with Amazon SQS".
"""

import re
from typing import Any

from vauban.kernel.arns import arn, queue_url
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    function_not_found,
)
from vauban.services.lambda_.event_filters import filters_of
from vauban.services.lambda_.identifiers import parse
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.resolvers import Target, a_mapping, target_of
from vauban.services.lambda_.resources import EventSourceMapping, Function, Poller
from vauban.services.lambda_.roles import as_role
from vauban.services.lambda_.tags import require_tags

AT_ONCE = 5
"""How many batches a function has at a time where the mapping does not say."""
MOST_OF_FIFO = 10
MOST_WITHOUT_WINDOW = 10
_QUEUE = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})")
_OF_OTHER_SOURCES = (
    "ParallelizationFactor",
    "SourceAccessConfigurations",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
)
_NOT_HERE = ("KMSKeyArn", "MetricsConfig", "LoggingConfig", "ProvisionedPollerConfig")


@operation(
    "CreateEventSourceMapping",
    also=(("TagResource", "Tags"),),
    unsupported=(
        *_OF_OTHER_SOURCES,
        *_NOT_HERE,
        "StartingPosition",
        "StartingPositionTimestamp",
        "Topics",
        "Queues",
        "SelfManagedEventSource",
    ),
)
def create_event_source_mapping(
    call: Call,
    function_name: str,
    event_source_arn: str = "",
    enabled: bool = True,
    batch_size: int = 10,
    filter_criteria: dict[str, Any] | None = None,
    scaling_config: dict[str, int] | None = None,
    maximum_batching_window_in_seconds: int = 0,
    tags: dict[str, str] | None = None,
    function_response_types: list[str] | None = None,
) -> dict[str, Any]:
    _require_queue(call, event_source_arn)
    target = _target(call, function_name)
    _require_readable(call, target, event_source_arn)
    _require_new(call, target, event_source_arn)
    mapping = EventSourceMapping(
        call.uuid(),
        call.account,
        call.region,
        event_source_arn,
        target.function.name,
        target.qualifier,
        call.second,
        enabled,
        batch_size,
        maximum_batching_window_in_seconds,
        (scaling_config or {}).get("MaximumConcurrency"),
        bool(function_response_types),
        filters_of(filter_criteria or {}),
        require_tags(tags or {}),
    )
    return {**_told(_kept(call, mapping)), "State": "Creating"}


@operation("GetEventSourceMapping", on=a_mapping)
def get_event_source_mapping(call: Call, mapping: EventSourceMapping) -> dict[str, Any]:
    return _told(mapping)


@operation("ListEventSourceMappings")
def list_event_source_mappings(
    call: Call,
    event_source_arn: str | None = None,
    function_name: str | None = None,
    marker: str | None = None,
    max_items: int = 100,
) -> dict[str, Any]:
    named = parse(function_name) if function_name else None
    found = [
        each
        for each in call.store.list(EventSourceMapping)
        if event_source_arn in (None, each.source)
        and (named is None or (named.name, named.qualifier) == (each.function, each.qualifier))
    ]

    def entries(after: str, count: int) -> list[EventSourceMapping]:
        return [each for each in found if each.uuid > after][:count]

    of = f"{event_source_arn} {function_name}"
    return page(call, "EventSourceMappings", entries, _told, lambda each: each.uuid, max_items, marker, of, most=100)


@operation("UpdateEventSourceMapping", on=a_mapping, unsupported=(*_OF_OTHER_SOURCES, *_NOT_HERE))
def update_event_source_mapping(
    call: Call,
    mapping: EventSourceMapping,
    function_name: str | None = None,
    enabled: bool | None = None,
    batch_size: int | None = None,
    filter_criteria: dict[str, Any] | None = None,
    scaling_config: dict[str, int] | None = None,
    maximum_batching_window_in_seconds: int | None = None,
    function_response_types: list[str] | None = None,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "enabled": enabled,
        "batch_size": batch_size,
        "window": maximum_batching_window_in_seconds,
        "filters": None if filter_criteria is None else filters_of(filter_criteria),
        "reports_failures": None if function_response_types is None else bool(function_response_types),
    }
    if function_name is not None:
        target = _target(call, function_name)
        given |= {"function": target.function.name, "qualifier": target.qualifier}
    changes = {name: value for name, value in given.items() if value is not None}
    if scaling_config is not None:
        changes["most_at_once"] = scaling_config.get("MaximumConcurrency")
    changed = replace(mapping, modified=call.second, **changes)
    state = "Updating" if changed.enabled == mapping.enabled else "Enabling" if changed.enabled else "Disabling"
    return {**_told(_kept(call, changed)), "State": state}


@operation("DeleteEventSourceMapping", on=a_mapping)
def delete_event_source_mapping(call: Call, mapping: EventSourceMapping) -> dict[str, Any]:
    call.store.delete(mapping)
    _poll(call, replace(mapping, enabled=False))
    return {**_told(mapping), "State": "Deleting"}


def _kept(call: Call, mapping: EventSourceMapping) -> EventSourceMapping:
    _require_batches(mapping)
    call.store.put(mapping)
    _poll(call, mapping)
    return mapping


def _poll(call: Call, mapping: EventSourceMapping) -> None:
    """From now on, or no more."""
    everywhere = call.world.at("", "")
    poller = everywhere.get(Poller, mapping.uuid)
    if mapping.enabled:
        everywhere.put(Poller(mapping.uuid, mapping.account, mapping.region, mapping.most_at_once or AT_ONCE))
    elif poller is not None:
        everywhere.delete(poller)


def _require_queue(call: Call, source: str) -> None:
    match = _QUEUE.fullmatch(source)
    if match is None:
        raise InvalidParameterValueException(
            f"Unrecognized event source: {source or 'none'}. Event sources here are queues of Amazon SQS."
        )
    if match[1] != call.region:
        raise InvalidParameterValueException("The queue is in another Region than the function.")


def _target(call: Call, function_name: str) -> Target:
    named = parse(function_name)
    own = arn("lambda", call.region, named.account or call.account, f"function:{named.name}")
    function = call.store.get(Function, named.name) if named.account in ("", call.account) else None
    target = target_of(call.store, function, named.qualifier) if function else None
    if target is None:
        raise function_not_found(f"{own}:{named.qualifier}" if named.qualifier else own)
    return target


def _require_readable(call: Call, target: Target, source: str) -> None:
    """Raises InvalidParameterValueException for a queue that is not there, or shows messages again too soon. One that
    the role may not look at is found out when it is read."""
    asking = as_role(call, target.version.role, target.function.name)
    try:
        told = asking.ask("sqs:GetQueueAttributes", QueueUrl=queue_url(source), AttributeNames=["VisibilityTimeout"])
    except AwsError as error:
        if "NonExistent" in error.code or "DoesNotExist" in error.code:
            raise InvalidParameterValueException(
                f"Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
                f"SQS Error Message: {error.message}"
            ) from error
        return
    visible_after = int(told["Attributes"]["VisibilityTimeout"])
    if visible_after < target.version.timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {visible_after} seconds is less than Function timeout: "
            f"{target.version.timeout} seconds"
        )


def _require_new(call: Call, target: Target, source: str) -> None:
    same = (source, target.function.name, target.qualifier)
    for each in call.store.list(EventSourceMapping):
        if (each.source, each.function, each.qualifier) == same:
            raise ResourceConflictException(
                f'An event source mapping with SQS arn (" {source} ") and function (" {target.function.name} ") '
                f"already exists. Please update or delete the existing mapping with UUID {each.uuid}"
            )


def _require_batches(mapping: EventSourceMapping) -> None:
    if mapping.source.endswith(".fifo"):
        if mapping.window:
            raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
        if mapping.batch_size > MOST_OF_FIFO:
            raise InvalidParameterValueException(f"Batch size for FIFO queues is at most {MOST_OF_FIFO}.")
    if mapping.batch_size > MOST_WITHOUT_WINDOW and not mapping.window:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )


def _told(mapping: EventSourceMapping) -> dict[str, Any]:
    """The model's ``EventSourceMappingConfiguration``."""
    told: dict[str, Any] = {
        "UUID": mapping.uuid,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window,
        "EventSourceArn": mapping.source,
        "FunctionArn": mapping.function_arn,
        "LastModified": mapping.modified,
        "State": "Enabled" if mapping.enabled else "Disabled",
        "StateTransitionReason": "USER_INITIATED",
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if mapping.reports_failures else [],
        "EventSourceMappingArn": mapping.arn,
    }
    if mapping.filters:
        told["FilterCriteria"] = {"Filters": [{"Pattern": each} for each in mapping.filters]}
    if mapping.most_at_once is not None:
        told["ScalingConfig"] = {"MaximumConcurrency": mapping.most_at_once}
    return told
