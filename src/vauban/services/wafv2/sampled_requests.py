"""Samples of the requests that rules matched, as the edge saw them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.outside import edge
from vauban.services.wafv2.errors import BAD_FORMAT, WAFNonexistentItemException, invalid
from vauban.services.wafv2.resolvers import ArnResolver
from vauban.services.wafv2.resources import WebACL
from vauban.services.wafv2.scopes import require_scope

KEPT_FOR = timedelta(hours=3)


@operation("GetSampledRequests", on=ArnResolver("WebAclArn", (WebACL,)))
def get_sampled_requests(
    call: Call, web_acl: WebACL, rule_metric_name: str, scope: str, time_window: dict[str, datetime], max_items: int
) -> dict[str, Any]:
    if require_scope(call, scope) != web_acl.scope:
        raise WAFNonexistentItemException
    start, end = _window(call, time_window)
    # Clients tell whole seconds, and mean all of the last one.
    question = (web_acl.arn, rule_metric_name, start.timestamp(), end.timestamp() + 1, max_items)
    try:
        population, samples = call.outside(edge.sampled_requests, *question)
    except edge.EdgeUnavailable:
        population, samples = 0, []
    return {
        "SampledRequests": [_shown(each) for each in samples],
        "PopulationSize": population,
        "TimeWindow": {"StartTime": start, "EndTime": end},
    }


def _window(call: Call, asked: dict[str, datetime]) -> tuple[datetime, datetime]:
    """What was asked for, as far as it is not longer ago than samples are kept."""
    start, end = asked["StartTime"], asked["EndTime"]
    if end < start:
        raise invalid("STATEMENT", "TimeWindow", BAD_FORMAT)
    now = datetime.fromtimestamp(int(call.once("now", lambda: call.real_time)), UTC)
    start = max(start, now - KEPT_FOR)
    return start, max(start, end)


def _shown(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "Timestamp": datetime.fromtimestamp(sample["Timestamp"], UTC)}
