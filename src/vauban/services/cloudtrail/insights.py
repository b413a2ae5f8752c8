"""CloudTrail Insights, which are not offered: nobody can turn them on, and everybody is told that they are off.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.cloudtrail.errors import InsightNotEnabledException, UnsupportedOperationException
from vauban.services.cloudtrail.resolvers import a_trail, own_trail
from vauban.services.cloudtrail.resources import Trail

OF_EVENT_DATA_STORES = ("EventDataStore", "InsightsDestination")


@operation("PutInsightSelectors", on=own_trail("TrailName"), unsupported=OF_EVENT_DATA_STORES)
def put_insight_selectors(call: Call, trail: Trail, insight_selectors: list[dict[str, Any]]) -> dict[str, Any]:
    if insight_selectors:
        raise UnsupportedOperationException("CloudTrail Insights is not offered here.")
    return {"TrailARN": trail.arn, "InsightSelectors": []}


@operation("GetInsightSelectors", on=a_trail("TrailName"), unsupported=OF_EVENT_DATA_STORES[:1])
def get_insight_selectors(call: Call, trail: Trail) -> None:
    raise InsightNotEnabledException(f"Trail {trail.arn} does not have Insights enabled.")
