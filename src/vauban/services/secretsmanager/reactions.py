"""What arrives: a primary's changes at its replicas, and word of how that went at the primary."""

from datetime import UTC, datetime
from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import ServiceEvent, on
from vauban.kernel.records import replace
from vauban.services.secretsmanager.deletion import CALLED_OFF, SCHEDULED, erase
from vauban.services.secretsmanager.envelopes import sealed
from vauban.services.secretsmanager.pruning import pruned_some_day
from vauban.services.secretsmanager.replica_states import DETACHED, FAILED, IN_SYNC
from vauban.services.secretsmanager.replication import CHANGED, REMOVED, SEVERED, TOLD
from vauban.services.secretsmanager.resources import CLOUDTRAIL_TYPE, Listing, Secret, Version, version_key
from vauban.services.secretsmanager.rotation_rules import Rotation
from vauban.services.secretsmanager.rotation_runs import ABANDONED

SERVICE, SOURCE = "secretsmanager", "aws.secretsmanager"
NAME_IS_TAKEN = "Secret with this name already exists in this region"


@on(SERVICE, SOURCE, CHANGED)
def follow(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    """Make the replica what its primary is, with the rights of who changed that; and say how it went."""
    replica = _replica(call, event)
    if replica is None:
        return _report(call, event, FAILED, NAME_IS_TAKEN) if _is_first(call, event) else None
    try:
        versions = _sealed(call.on_behalf_of(event.cause), replica, event)
    except AwsError as error:
        return _report(call, event, FAILED, error.message or error.code, replica.kms_key_id)
    for version in versions:
        call.store.put(version)
    changed = replace(replica, version_count=replica.version_count + len(versions), **_shared(event.detail))
    _keep(call, changed)
    return _report(call, event, IN_SYNC, "", replica.kms_key_id)


@on(SERVICE, SOURCE, REMOVED)
def leave(call: ServiceCall, event: DomainEvent) -> None:
    """Forget a replica that its primary removed, or let go of one in another account."""
    secret = call.store.get(Secret, event.detail["name"])
    if secret is None:
        return
    if secret.primary_region and secret.replication == event.detail.get("replication"):
        erase(call, secret)
    elif secret.origin is not None and secret.origin.arn == event.resources[0]:
        call.store.put(replace(secret, origin=replace(secret.origin, status=DETACHED)))


@on(SERVICE, SOURCE, SEVERED)
def let_go(call: ServiceCall, event: DomainEvent) -> None:
    """A replica became a secret of its own."""
    secret, told = call.store.get(Secret, event.detail["name"]), event.detail
    if secret is None:
        return
    left = tuple(each for each in secret.replicas if each.replication != told.get("replication"))
    associations = tuple(
        replace(each, status=DETACHED) if each.arn == told.get("replica") else each for each in secret.associations
    )
    call.store.put(replace(secret, replicas=left, associations=associations))


@on(SERVICE, SOURCE, TOLD)
def note(call: ServiceCall, event: DomainEvent) -> None:
    """Remember how a replica fares."""
    secret, told = call.store.get(Secret, event.detail["name"]), event.detail
    if secret is None:
        return
    status = {"status": told["status"], "message": told["message"]}
    replicas = tuple(
        replace(each, kms_key_id=told["kmsKeyId"], **status) if each.replication == told.get("replication") else each
        for each in secret.replicas
    )
    associations = tuple(
        replace(each, **status) if each.arn == told.get("replica") and each.status != DETACHED else each
        for each in secret.associations
    )
    call.store.put(replace(secret, replicas=replicas, associations=associations))


@on(SERVICE, SOURCE, SCHEDULED)
def begin_to_delete(call: ServiceCall, event: DomainEvent) -> ServiceEvent:
    return _of_versions("StartSecretVersionDelete", event)


@on(SERVICE, SOURCE, CALLED_OFF)
def delete_no_more(call: ServiceCall, event: DomainEvent) -> ServiceEvent:
    return _of_versions("CancelSecretVersionDelete", event)


@on(SERVICE, SOURCE, ABANDONED)
def rotate_no_more(call: ServiceCall, event: DomainEvent) -> ServiceEvent:
    return _of_versions("RotationAbandoned", event, versionId=event.detail["versionId"])


def _of_versions(name: str, event: DomainEvent, **details: str) -> ServiceEvent:
    (arn,) = event.resources
    return ServiceEvent(name, ((arn, CLOUDTRAIL_TYPE, event.account),), {"secretId": arn, **details})


def _replica(call: Call, event: DomainEvent) -> Secret | None:
    """The replica as it is, or as it begins; None where something else has its name, or it is one no more."""
    detail = event.detail
    there = call.store.get(Secret, detail["name"] if "replication" in detail else _name(detail["replica"]))
    if "replica" in detail:
        awaited = there is not None and there.origin is not None and there.origin.arn == event.resources[0]
        return there if awaited and there.origin.status != DETACHED else None
    if there is not None and there.replication == detail["replication"]:
        return there if there.primary_region else None
    if there is not None:
        if not detail["overwrite"] or there.is_replica or there.replicas or there.associations:
            return None
        erase(call, there)
    created = datetime.fromtimestamp(detail["created"], UTC)
    return Secret(
        detail["name"],
        call.account,
        call.region,
        detail["suffix"],
        created,
        call.now,
        kms_key_id=detail["kmsKeyId"],
        primary_region=event.region,
        replication=detail["replication"],
    )


def _is_first(call: Call, event: DomainEvent) -> bool:
    """Whether a secret that was never this replica stands in the way; what was promoted just goes its own way."""
    there = call.store.get(Secret, event.detail["name"])
    return "replication" in event.detail and there is not None and there.replication != event.detail["replication"]


def _name(replica_arn: str) -> str:
    return replica_arn.split(":secret:")[1][:-7]


def _sealed(call: Call, replica: Secret, event: DomainEvent) -> list[Version]:
    """The versions that came and are not there yet, each under a data key of the replica's own."""
    made = []
    for version_id, about in event.detail["versions"].items():
        if call.store.get(Version, version_key(replica.key, version_id)) is None:
            version = sealed(call, replica, version_id, event.secrets[version_id], binary=about["binary"])
            made.append(replace(version, created=datetime.fromtimestamp(about["created"], UTC)))
    return made


def _shared(detail: dict[str, Any]) -> dict[str, Any]:
    """What a replica has of its primary; one in another account has its own policy, tags and description."""
    shared: dict[str, Any] = {"stages": detail["stages"]}
    if "replication" in detail:
        rotation = detail["rotation"]
        shared |= {"description": detail["description"], "tags": detail["tags"], "policy": detail["policy"]}
        shared["policy_principals"] = detail["policyPrincipals"]
        shared["rotation"] = Rotation.from_plain(rotation) if rotation else None
    return shared


def _keep(call: Call, replica: Secret) -> None:
    origin = replica.origin
    kept = replace(replica, changed=call.now, origin=replace(origin, status=IN_SYNC, message="") if origin else None)
    if call.store.get(Secret, replica.name) is None:
        call.store.put(Listing(call.account, call.region, replica.created, replica.name))
    call.store.put(pruned_some_day(call, kept))


def _report(call: Call, event: DomainEvent, status: str, message: str, kms_key_id: str | None = None) -> ServiceEvent:
    """Tell the primary, and the trail."""
    detail = event.detail
    key = detail.get("kmsKeyId", "") if kms_key_id is None else kms_key_id
    call.send(
        TOLD,
        *event.resources,
        region=event.region,
        account=event.account,
        name=detail["name"],
        status=status,
        message=message,
        kmsKeyId=key,
        **{each: detail[each] for each in ("replication", "replica") if each in detail},
    )
    name = "ReplicationSucceeded" if status == IN_SYNC else "ReplicationFailed"
    resources = ((event.resources[0], CLOUDTRAIL_TYPE, event.account),)
    return ServiceEvent(name, resources, {"replicaRegion": call.region, "errorMessage": message or None})
