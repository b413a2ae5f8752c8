"""What WAF does when what it protects is gone."""

from vauban.kernel.calls import ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.services.wafv2.resources import Association


@on("wafv2", "aws.elasticloadbalancing", "Load Balancer Deleted")
def forget(call: ServiceCall, event: DomainEvent) -> None:
    """A load balancer that is deleted takes its association with it."""
    for resource_arn in event.resources:
        kept = call.store.get(Association, resource_arn)
        if kept is not None:
            call.store.delete(kept)
