"""Who shows a certificate: told by those services themselves, whenever it changes."""

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.services.acm.resolvers import parse
from vauban.services.acm.resources import Association, Certificate


@on("acm", "aws.elasticloadbalancing", "Certificates Shown")
def associate(call: ServiceCall, event: DomainEvent) -> None:
    """The event has all certificates that its resource shows now; of none, where it was deleted."""
    (resource,) = event.resources
    shown = {parse(arn)[2] for arn in event.detail["certificates"]}
    for known in call.store.list(Association, index="resource", value=resource):
        if known.certificate_id not in shown:
            call.store.delete(known)
        shown.discard(known.certificate_id)
    for certificate_id in shown:
        call.store.put(Association(certificate_id, resource, call.account, call.region))


def in_use(call: Call, certificate: Certificate) -> bool:
    """Whether anything shows it."""
    return call.store.count(Association, index="certificate", value=certificate.certificate_id) > 0
