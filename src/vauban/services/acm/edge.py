"""ACM's part of what the edge runs on: the certificates that are shown, with their keys."""

from vauban.kernel.traffic import Certificate as Shown
from vauban.kernel.traffic import Every, Snapshot, shapes_traffic
from vauban.services.acm.resources import Association, Certificate


@shapes_traffic(Certificate, Association)
def shown_certificates(every: Every) -> Snapshot:
    used = {(each.account, each.region, each.certificate_id) for each in every(Association)}
    return Snapshot(
        certificates=tuple(
            Shown(each.arn, (each.body + each.chain).encode(), each.private_key)
            for each in every(Certificate)
            if (each.account, each.region, each.certificate_id) in used
        )
    )
