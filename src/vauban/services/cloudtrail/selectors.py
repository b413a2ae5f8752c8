"""Event selectors, basic and advanced: what may be said, and which events it lets through.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vauban.kernel.attributes import is_data_event, source_of
from vauban.kernel.event_names import event_name
from vauban.kernel.events import AuditEvent
from vauban.services.cloudtrail.errors import InvalidEventSelectorsException

MOST_SELECTORS = 5
MOST_RESOURCES = 250
MOST_VALUES = 500
EXCLUDABLE = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
BASIC_TYPES = {
    "AWS::S3::Object": "arn:aws:s3",
    "AWS::Lambda::Function": "arn:aws:lambda",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb",
}
"""Types of data resources in basic selectors, and how their ARNs begin."""
DEFAULT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
"""What a trail is answered to have that nothing was put for."""

_COMMON = {"eventCategory", "eventName", "eventSource", "eventType", "readOnly", "userIdentity.arn"}
_COMMON |= {"sessionCredentialFromConsole"}
FIELDS = {
    "Management": _COMMON,
    "Data": _COMMON | {"resources.type", "resources.ARN"},
    "NetworkActivity": {"eventCategory", "eventName", "eventSource", "errorCode", "vpcEndpointId"},
}
"""By category, the fields that advanced selectors may speak of."""
NEEDED = {"Management": set(), "Data": {"resources.type"}, "NetworkActivity": {"eventSource"}}
EQUALS_ONLY = frozenset({"readOnly", "eventCategory", "resources.type", "sessionCredentialFromConsole", "errorCode"})

Test = Callable[[str, str], bool]
_POSITIVE: dict[str, Test] = {"Equals": str.__eq__, "StartsWith": str.startswith, "EndsWith": str.endswith}
_NEGATIVE: dict[str, Test] = {"NotEquals": str.__eq__, "NotStartsWith": str.startswith, "NotEndsWith": str.endswith}

_VALUES: dict[str, Callable[[AuditEvent], Iterable[str]]] = {
    "eventCategory": lambda event: ("Data" if is_data_event(event) else "Management",),
    "eventName": lambda event: (event_name(event.service, event.operation),),
    "eventSource": lambda event: (source_of(event),),
    "eventType": lambda event: (event.event_type,),
    "readOnly": lambda event: ("true" if event.read_only else "false",),
    "userIdentity.arn": lambda event: (event.principal[2],) if event.principal[0] != "service" else (),
    "errorCode": lambda event: (event.error_code,) if event.error_code else (),
    "resources.ARN": lambda event: [arn for arn, _, _ in event.resources],
    "resources.type": lambda event: [kind for _, kind, _ in event.resources],
    "sessionCredentialFromConsole": lambda event: (),
    "vpcEndpointId": lambda event: (),
}
"""What an event has in a field."""


def whole(selector: Mapping[str, Any]) -> dict[str, Any]:
    """A basic selector with what was left out."""
    return {**DEFAULT, **selector}


def require_basic(selectors: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidEventSelectorsException."""
    if not 1 <= len(selectors) <= MOST_SELECTORS:
        raise InvalidEventSelectorsException(f"A trail has 1 to {MOST_SELECTORS} event selectors.")
    values = 0
    for each in map(whole, selectors):
        excluded = set(each["ExcludeManagementEventSources"])
        if not excluded <= EXCLUDABLE:
            raise InvalidEventSelectorsException(
                f"Management events of {', '.join(sorted(excluded - EXCLUDABLE))} cannot be excluded."
            )
        if excluded and not each["IncludeManagementEvents"]:
            raise InvalidEventSelectorsException("Sources can be excluded only where management events are included.")
        for resource in each["DataResources"]:
            values += _require_data_resource(resource)
    if values > MOST_RESOURCES:
        raise InvalidEventSelectorsException(f"A trail has at most {MOST_RESOURCES} data resources.")


def _require_data_resource(resource: Mapping[str, Any]) -> int:
    """How many values it has. Raises InvalidEventSelectorsException."""
    kind, values = resource.get("Type", ""), resource.get("Values", [])
    if kind not in BASIC_TYPES:
        raise InvalidEventSelectorsException(f"{kind or 'A data resource without a type'} cannot be selected here.")
    if not values:
        raise InvalidEventSelectorsException(f"Values of {kind} must not be empty.")
    for value in values:
        if not value.startswith(BASIC_TYPES[kind]):
            raise InvalidEventSelectorsException(f"Value {value} for DataResources.Values is invalid.")
    return len(values)


def require_advanced(selectors: Sequence[Mapping[str, Any]], most: int = MOST_VALUES) -> None:
    """Raises InvalidEventSelectorsException."""
    if not 1 <= len(selectors) <= most:
        raise InvalidEventSelectorsException(f"There must be 1 to {most} advanced event selectors.")
    values = 0
    for selector in selectors:
        fields = selector["FieldSelectors"]
        category = _category(fields)
        named = [each["Field"] for each in fields]
        if len(set(named)) != len(named):
            raise InvalidEventSelectorsException("A field can be in an advanced event selector once.")
        if missing := NEEDED[category] - set(named):
            raise InvalidEventSelectorsException(f"Selectors of {category} events need {', '.join(sorted(missing))}.")
        for each in fields:
            values += _require_field(category, each)
    if values > MOST_VALUES:
        raise InvalidEventSelectorsException(f"Advanced event selectors have at most {MOST_VALUES} values.")


def _category(fields: Sequence[Mapping[str, Any]]) -> str:
    values = next((each.get("Equals", []) for each in fields if each["Field"] == "eventCategory"), [])
    if len(values) != 1 or values[0] not in FIELDS:
        raise InvalidEventSelectorsException(
            f"Each advanced event selector needs eventCategory, equal to one of {', '.join(FIELDS)}."
        )
    return values[0]


def _require_field(category: str, selector: Mapping[str, Any]) -> int:
    """How many values it has. Raises InvalidEventSelectorsException."""
    field = selector["Field"]
    if field not in FIELDS[category]:
        raise InvalidEventSelectorsException(f"{field} is not a field of selectors of {category} events.")
    operators = [each for each in (*_POSITIVE, *_NEGATIVE) if selector.get(each)]
    if not operators:
        raise InvalidEventSelectorsException(f"The selector of {field} has no operator.")
    if field in EQUALS_ONLY and operators != ["Equals"]:
        raise InvalidEventSelectorsException(f"Equals is the only operator for {field}.")
    if field == "readOnly" and selector["Equals"] not in (["true"], ["false"]):
        raise InvalidEventSelectorsException("readOnly is equal to true, or to false.")
    if field == "resources.type" and len(selector["Equals"]) != 1:
        raise InvalidEventSelectorsException("resources.type is equal to one type of resource.")
    return sum(len(selector[each]) for each in operators)


def lets_through(basic: Sequence[Mapping[str, Any]], advanced: Sequence[Mapping[str, Any]], event: AuditEvent) -> bool:
    """Whether any of a trail's selectors takes the event; with none at all, every management event is taken."""
    if advanced:
        return any(_takes(selector, event) for selector in advanced)
    return any(_takes_basic(selector, event) for selector in basic or (DEFAULT,))


def _takes_basic(selector: Mapping[str, Any], event: AuditEvent) -> bool:
    """Of management events, and of data events on the resources that it names."""
    wanted = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}[selector["ReadWriteType"]]
    if is_data_event(event):
        return event.read_only in wanted and any(_names(each, event) for each in selector["DataResources"])
    return (
        selector["IncludeManagementEvents"]
        and event.read_only in wanted
        and source_of(event) not in selector["ExcludeManagementEventSources"]
    )


def _names(selected: Mapping[str, Any], event: AuditEvent) -> bool:
    """Whether an event is on a resource that begins as one of those selected."""
    prefixes = tuple(selected.get("Values", ()))
    return any(kind == selected["Type"] and arn.startswith(prefixes) for arn, kind, _ in event.resources)


def _takes(selector: Mapping[str, Any], event: AuditEvent) -> bool:
    return all(_fits(each, _VALUES[each["Field"]](event)) for each in selector["FieldSelectors"])


def _fits(selector: Mapping[str, Any], values: Iterable[str]) -> bool:
    """Any of the operators that include, and none of those that exclude."""
    values = list(values)

    def holds(operators: Mapping[str, Test]) -> bool:
        return any(
            test(value, wanted)
            for operator, test in operators.items()
            for wanted in selector.get(operator, ())
            for value in values
        )

    included = holds(_POSITIVE) or not any(selector.get(each) for each in _POSITIVE)
    return included and not holds(_NEGATIVE)
