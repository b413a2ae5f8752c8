"""Replicas in other Regions: begun, removed, and made secrets of their own.

Source: "Replicate AWS Secrets Manager secrets across Regions", AWS Secrets Manager User Guide.
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.secretsmanager.errors import InvalidParameterException, InvalidRequestException
from vauban.services.secretsmanager.replica_states import DETACHED, IN_PROGRESS, Replica
from vauban.services.secretsmanager.replication import REMOVED, SEVERED, keep, labelled_versions, tell_replica
from vauban.services.secretsmanager.resolvers import a_secret
from vauban.services.secretsmanager.resources import Secret, own_key


@operation("ReplicateSecretToRegions", on=a_secret)
def replicate_secret_to_regions(
    call: Call,
    secret: Secret,
    add_replica_regions: list[dict[str, str]],
    force_overwrite_replica_secret: bool = False,
) -> dict[str, Any]:
    return _told(with_replicas(call, secret, add_replica_regions, force_overwrite_replica_secret))


@operation("RemoveRegionsFromReplication", on=a_secret)
def remove_regions_from_replication(call: Call, secret: Secret, remove_replica_regions: list[str]) -> dict[str, Any]:
    _require_replicas(secret, remove_replica_regions)
    for each in secret.replicas:
        if each.region in remove_replica_regions:
            call.send(REMOVED, secret.arn, region=each.region, name=secret.name, replication=each.replication)
    left = tuple(each for each in secret.replicas if each.region not in remove_replica_regions)
    return _told(keep(call, replace(secret, replicas=left)))


def may_stop(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Of a cross-account replica the policy that let its primary in goes too."""
    (resource,) = resources
    decision = evaluate("secretsmanager:StopReplicationToReplica", resource)
    if decision.allowed and resource.record is not None and resource.record.origin is not None:
        return evaluate("secretsmanager:DeleteResourcePolicy", resource)
    return decision


@operation("StopReplicationToReplica", on=a_secret, decide=may_stop)
def stop_replication_to_replica(call: Call, secret: Secret) -> dict[str, Any]:
    """Works with the primary out of reach: the word of it waits until it can be told."""
    if secret.origin is not None:
        _sever(call, secret)
    elif secret.primary_region:
        call.send(
            SEVERED,
            secret.arn,
            region=secret.primary_region,
            name=secret.name,
            replication=secret.replication,
        )
    else:
        raise InvalidRequestException(f"The secret {secret.arn} is not a replica.")
    keep(call, replace(secret, primary_region="", origin=None, rotation=None))
    return {"ARN": secret.arn}


def with_replicas(call: Call, secret: Secret, regions: list[dict[str, str]], overwrite: bool) -> Secret:
    """The secret, kept, with replicas in these Regions on their way."""
    wanted = [_wanted(call, secret, each) for each in regions]
    names = [each.region for each in wanted]
    if len(set(names)) != len(names):
        raise InvalidParameterException("A Region can be there only once.")
    others = tuple(each for each in secret.replicas if each.region not in names)
    kept = replace(secret, replicas=(*others, *wanted), changed=call.now)
    versions = labelled_versions(call, secret)
    call.store.put(kept)
    for each in wanted:
        tell_replica(call, kept, each, versions, overwrite=overwrite)
    return kept


def _wanted(call: Call, secret: Secret, asked: dict[str, str]) -> Replica:
    """A replica as it begins; one that is there already is brought up to date."""
    region = asked.get("Region")
    if not region or region == secret.region:
        raise InvalidParameterException("Invalid replica region.")
    there = next((each for each in secret.replicas if each.region == region), None)
    if there is not None:
        key = own_key(asked.get("KmsKeyId", there.kms_key_id))
        return replace(there, kms_key_id=key, status=IN_PROGRESS, message="")
    return Replica(region, call.uuid(), own_key(asked.get("KmsKeyId", "")))


def _require_replicas(secret: Secret, regions: list[str]) -> None:
    missing = sorted(set(regions) - {each.region for each in secret.replicas})
    if missing:
        raise InvalidParameterException(f"The secret {secret.arn} has no replica in {', '.join(missing)}.")


def _sever(call: Call, secret: Secret) -> None:
    if secret.origin.status != DETACHED:
        account, name = secret.origin.account, secret.origin.name
        call.send(SEVERED, secret.arn, account=account, name=name, replica=secret.arn)


def _told(secret: Secret) -> dict[str, Any]:
    return {"ARN": secret.arn, "ReplicationStatus": [each.described for each in secret.replicas]}
