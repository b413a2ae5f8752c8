"""Service last accessed details: which services an entity may use, and when it last did, by the audit log."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from vauban.aws.catalog import catalog
from vauban.identity.attachments import attachments
from vauban.identity.groups import Group
from vauban.identity.managed_policies import ManagedPolicy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.stores import Trail
from vauban.policy import Policy
from vauban.services.iam.entities import Entity, Source
from vauban.services.iam.errors import NoSuchEntityException
from vauban.services.iam.lists import page
from vauban.services.iam.resources import AccessReport
from vauban.services.iam.role_usages import TRACKED_SECONDS, events_of

BY_ACTION = "ACTION_LEVEL"
Access = dict[str, str | float]


@operation("GenerateServiceLastAccessedDetails", on=Source("Arn", policies=True))
def generate_service_last_accessed_details(
    call: Call, entity: Entity, granularity: str = "SERVICE_LEVEL"
) -> dict[str, Any]:
    asked = tuple(sorted((each.arn, _unique_id(each)) for each in _users_of(call, entity)))
    accesses = call.search(newest_accesses, asked, int(call.time - TRACKED_SECONDS))
    report = AccessReport(
        call.account,
        call.uuid(),
        call.principal.unique_id,
        call.second,
        granularity,
        accesses,
        [arn for arn, _ in asked],
        _allowed_services(_policies_of(call, entity)),
    )
    call.store.put(report)
    return {"JobId": report.job_id}


@operation("GetServiceLastAccessedDetails")
def get_service_last_accessed_details(
    call: Call, job_id: str, max_items: int | None = None, marker: str | None = None
) -> dict[str, Any]:
    report = _report(call, job_id)
    services = ((service, _service(report, service)) for service in report.services)
    return {
        "JobType": report.granularity,
        **_job(report),
        **page(call, "ServicesLastAccessed", services, max_items, marker),
    }


@operation("GetServiceLastAccessedDetailsWithEntities")
def get_service_last_accessed_details_with_entities(
    call: Call, job_id: str, service_namespace: str, max_items: int | None = None, marker: str | None = None
) -> dict[str, Any]:
    report = _report(call, job_id)
    if service_namespace not in report.services:
        raise NoSuchEntityException(f"{service_namespace} is not part of the report.")
    found = [_entity(call, report, arn, service_namespace) for arn in report.entities]
    newest_first = ((_order(each), each) for each in found if each is not None)
    return {**_job(report), **page(call, "EntityDetailsList", newest_first, max_items, marker)}


def newest_accesses(trail: Trail, entities: tuple[tuple[str, str], ...], since: float) -> list[Access]:
    """The newest call of each entity (ARN, unique id) to each operation of each service, refused ones too."""
    found: dict[tuple[str, str, str], Access] = {}
    for arn, unique_id in entities:
        for event in events_of(trail, unique_id, since):
            key = (arn, event.service, event.operation)
            if key not in found:
                found[key] = {
                    "entity": arn,
                    "service": event.service,
                    "action": event.operation,
                    "time": event.time,
                    "region": event.region,
                }
    return list(found.values())


def _unique_id(entity: User | Role) -> str:
    return entity.user_id if isinstance(entity, User) else entity.role_id


def _users_of(call: Call, entity: Entity) -> list[User | Role]:
    """Who acts by the entity: itself, a group's members, those that a policy is attached to."""
    if isinstance(entity, (User, Role)):
        return [entity]
    if isinstance(entity, Group):
        return call.store.list(User, index="group", value=entity.name)
    users: dict[str, User | Role] = {}
    for group in call.store.list(Group, index="policy", value=entity.arn):
        users |= {each.arn: each for each in _users_of(call, group)}
    for kind in (User, Role):
        users |= {each.arn: each for each in call.store.list(kind, index="policy", value=entity.arn)}
    return list(users.values())


def _policies_of(call: Call, entity: Entity) -> Iterable[Policy]:
    if isinstance(entity, ManagedPolicy):
        return (entity.compiled_policy,)
    return attachments(call.store, entity).policies.identity


def _allowed_services(policies: Iterable[Policy]) -> list[str]:
    """Namespaces of all services that some statement allows anything of."""
    known = sorted(catalog().by_signing_name)
    return [service for service in known if any(allows(policy, service) for policy in policies)]


def allows(policy: Policy, service: str) -> bool:
    return any(statement.allow for statement in policy.about(service))


def _report(call: Call, job_id: str) -> AccessReport:
    found = call.store.get(AccessReport, job_id)
    if found is None or found.caller != call.principal.unique_id:
        raise NoSuchEntityException(f"The job id {job_id} cannot be found.")
    return found


def _job(report: AccessReport) -> dict[str, Any]:
    return {"JobStatus": "COMPLETED", "JobCreationDate": report.created, "JobCompletionDate": report.created}


def _newest(accesses: Iterable[Access]) -> Access | None:
    return max(accesses, key=lambda each: each["time"], default=None)


def _service(report: AccessReport, service: str) -> dict[str, Any]:
    accesses = [each for each in report.accesses if each["service"] == service]
    shape: dict[str, Any] = {
        "ServiceName": catalog().by_signing_name[service][0].full_name,
        "ServiceNamespace": service,
        "TotalAuthenticatedEntities": len({each["entity"] for each in accesses}),
    }
    newest = _newest(accesses)
    if newest is not None:
        shape |= {
            "LastAuthenticated": _moment(newest),
            "LastAuthenticatedEntity": newest["entity"],
            "LastAuthenticatedRegion": newest["region"],
        }
    if report.granularity == BY_ACTION:
        shape["TrackedActionsLastAccessed"] = _actions(accesses)
    return shape


def _actions(accesses: list[Access]) -> list[dict[str, Any]]:
    newest = (_newest(each for each in accesses if each["action"] == name) for name in {a["action"] for a in accesses})
    return sorted(
        (
            {
                "ActionName": each["action"],
                "LastAccessedEntity": each["entity"],
                "LastAccessedTime": _moment(each),
                "LastAccessedRegion": each["region"],
            }
            for each in newest
            if each is not None
        ),
        key=lambda action: action["ActionName"],
    )


def _entity(call: Call, report: AccessReport, arn: str, service: str) -> dict[str, Any] | None:
    """How an entity used the service; None for one that is gone by now."""
    kind, noun = (User, "USER") if ":user/" in arn else (Role, "ROLE")
    found = call.store.get(kind, arn.rpartition("/")[2])
    if found is None or found.arn != arn:
        return None
    info = {"Arn": arn, "Name": found.name, "Type": noun, "Id": _unique_id(found), "Path": found.path}
    newest = _newest(each for each in report.accesses if (each["entity"], each["service"]) == (arn, service))
    return {"EntityInfo": info, **({"LastAuthenticated": _moment(newest)} if newest is not None else {})}


def _order(entity: dict[str, Any]) -> str:
    """The newest first, then those that never did."""
    when = entity.get("LastAuthenticated")
    return f"{10**12 - int(when.timestamp()) if when is not None else 10**13:014} {entity['EntityInfo']['Arn']}"


def _moment(access: Access) -> datetime:
    return datetime.fromtimestamp(int(access["time"]), UTC)
