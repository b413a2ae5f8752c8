"""A secret kept after a change, and the word of it sent to its replicas.

What is sent is the secret as it now is, with the values of the versions that the change brought or labelled anew: they
are sealed on their way, and sealed again under the replica's own key where they arrive.
"""

from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.secretsmanager.envelopes import opened
from vauban.services.secretsmanager.replica_states import DETACHED, FAILED, Association, Replica
from vauban.services.secretsmanager.resources import Secret, Version, version_key

CHANGED = "Secret Replicated"
REMOVED = "Secret Replica Removed"
SEVERED = "Secret Replication Stopped"
TOLD = "Secret Replica Status"


@dataclass(frozen=True)
class Opened:
    """A version with its value in the clear, for as long as the call lasts."""

    version: Version
    content: bytes

    @property
    def described(self) -> dict[str, Any]:
        return {"created": self.version.created.timestamp(), "binary": self.version.binary}


def keep(call: Call, secret: Secret, fresh: Opened | None = None) -> Secret:
    """Keep the changed secret, and its new version if there is one; the secret as it is kept."""
    kept = replace(secret, changed=call.now)
    if kept.replicas or kept.associations:
        tell_replicas(call, kept, [*_labelled_anew(call, kept, fresh), *([fresh] if fresh else [])])
    call.store.put(kept)
    if fresh is not None:
        call.store.put(fresh.version)
    return kept


def tell_replicas(call: Call, secret: Secret, versions: list[Opened]) -> None:
    """Send the secret to all that follow it; one that failed may lack more, and has to be begun anew."""
    for each in secret.replicas:
        if each.status != FAILED:
            tell_replica(call, secret, each, versions)
    for each in secret.associations:
        if each.status != DETACHED:
            tell_associate(call, secret, each, versions)


def tell_replica(
    call: Call, secret: Secret, replica: Replica, versions: list[Opened], *, overwrite: bool = False
) -> None:
    """Send the secret to a replica in another Region."""
    told = {"replication": replica.replication, "kmsKeyId": replica.kms_key_id, "overwrite": overwrite}
    _send(call, secret, versions, told, region=replica.region)


def tell_associate(call: Call, secret: Secret, association: Association, versions: list[Opened]) -> None:
    """Send the secret to a replica in another account."""
    _send(call, secret, versions, {"replica": association.arn}, account=association.arn.split(":")[4])


def labelled_versions(call: Call, secret: Secret) -> list[Opened]:
    """Every version in use that has a value, opened with the caller's rights."""
    return [each for version_id in sorted(set(secret.stages.values())) for each in _opened(call, secret, version_id)]


def _labelled_anew(call: Call, secret: Secret, fresh: Opened | None) -> list[Opened]:
    """Versions that had no label before, and which replicas may therefore not have."""
    before = call.store.get(Secret, secret.name)
    known = set(before.stages.values()) if before is not None else set()
    if fresh is not None:
        known.add(fresh.version.version_id)
    return [each for anew in sorted(set(secret.stages.values()) - known) for each in _opened(call, secret, anew)]


def _opened(call: Call, secret: Secret, version_id: str) -> list[Opened]:
    version = call.store.get(Version, version_key(secret.key, version_id))
    return [] if version is None else [Opened(version, opened(call, secret, version))]


def _send(call: Call, secret: Secret, versions: list[Opened], told: dict[str, Any], **to: str) -> None:
    rotation = secret.rotation
    call.send(
        CHANGED,
        secret.arn,
        **to,
        secrets={each.version.version_id: each.content for each in versions},
        name=secret.name,
        suffix=secret.suffix,
        description=secret.description,
        tags=secret.tags,
        policy=secret.policy,
        policyPrincipals=secret.policy_principals,
        stages=secret.stages,
        created=secret.created.timestamp(),
        rotation=rotation.as_plain if rotation else None,
        versions={each.version.version_id: each.described for each in versions},
        **told,
    )
