"""Which events a trail logs.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.cloudtrail.errors import InvalidEventSelectorsException
from vauban.services.cloudtrail.resolvers import a_trail, own_trail
from vauban.services.cloudtrail.resources import Trail
from vauban.services.cloudtrail.selectors import DEFAULT, require_advanced, require_basic, whole


@operation("PutEventSelectors", on=own_trail("TrailName"))
def put_event_selectors(
    call: Call,
    trail: Trail,
    event_selectors: list[dict[str, Any]] | None = None,
    advanced_event_selectors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    if event_selectors and advanced_event_selectors:
        raise InvalidEventSelectorsException("Specify EventSelectors or AdvancedEventSelectors, not both.")
    if advanced_event_selectors:
        require_advanced(advanced_event_selectors)
        changed = replace(trail, event_selectors=(), advanced_event_selectors=tuple(advanced_event_selectors))
    else:
        require_basic(event_selectors or ())
        basic = tuple(whole(each) for each in event_selectors)
        changed = replace(trail, event_selectors=basic, advanced_event_selectors=())
    call.store.put(changed)
    return _shown(changed)


@operation("GetEventSelectors", on=a_trail("TrailName"))
def get_event_selectors(call: Call, trail: Trail) -> dict[str, Any]:
    return _shown(trail)


def _shown(trail: Trail) -> dict[str, Any]:
    if trail.advanced_event_selectors:
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": list(trail.advanced_event_selectors)}
    return {"TrailARN": trail.arn, "EventSelectors": list(trail.event_selectors) or [DEFAULT]}
