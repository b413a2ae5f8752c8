"""ListPoliciesGrantingServiceAccess: because of which policies an entity may use a service."""

from collections.abc import Iterator
from typing import Any

from vauban.identity.attachments import attachments
from vauban.identity.groups import Group
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.iam.access_reports import allows
from vauban.services.iam.entities import Source
from vauban.services.iam.lists import page


@operation("ListPoliciesGrantingServiceAccess", on=Source("Arn"))
def list_policies_granting_service_access(
    call: Call, entity: User | Group | Role, service_namespaces: list[str], marker: str | None = None
) -> dict[str, Any]:
    entries = (
        (service, {"ServiceNamespace": service, "Policies": list(_granting(call, entity, service))})
        for service in service_namespaces
    )
    return page(call, "PoliciesGrantingServiceAccess", entries, None, marker)


def _granting(call: Call, entity: User | Group | Role, service: str) -> Iterator[dict[str, Any]]:
    attached = attachments(call.store, entity)
    for policy in attached.managed:
        if allows(policy.compiled_policy, service):
            yield {"PolicyName": policy.name, "PolicyType": "MANAGED", "PolicyArn": policy.arn}
    for holder in (entity, *attached.groups):
        for policy in holder.compiled_policies:
            if allows(policy, service):
                yield {
                    "PolicyName": policy.name,
                    "PolicyType": "INLINE",
                    "EntityType": type(holder).__name__.upper(),
                    "EntityName": holder.name,
                }
