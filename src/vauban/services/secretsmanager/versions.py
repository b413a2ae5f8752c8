"""Versions: listed, and labelled anew."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.errors import value_not_found
from vauban.services.secretsmanager.labels import moved
from vauban.services.secretsmanager.lists import page
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resolvers import a_secret
from vauban.services.secretsmanager.resources import CURRENT, Secret, Version, day_of, version_key
from vauban.services.secretsmanager.rotation_dates import rescheduled

KEY_OF_AWS = "DefaultEncryptionKey"
"""How the AWS managed key is listed."""


@operation("ListSecretVersionIds", on=a_secret)
def list_secret_version_ids(
    call: Call,
    secret: Secret,
    max_results: int = 100,
    next_token: str | None = None,
    include_deprecated: bool = False,
) -> dict[str, Any]:
    versions = call.store.list(Version, index="secret", value=secret.key)
    labelled = secret.versions_to_stages
    entries = sorted(
        (f"{each.created.timestamp():017.6f} {each.version_id}", _entry(each, labelled))
        for each in versions
        if include_deprecated or each.version_id in labelled
    )
    told = page(call, "Versions", entries, max_results, next_token, of=f"{secret.key} {include_deprecated}")
    return {**told, "ARN": secret.arn, "Name": secret.name}


@operation("UpdateSecretVersionStage", on=a_secret)
def update_secret_version_stage(
    call: Call,
    secret: Secret,
    version_stage: str,
    remove_from_version_id: str | None = None,
    move_to_version_id: str | None = None,
) -> dict[str, Any]:
    if move_to_version_id is not None:
        _require_value(call, secret, move_to_version_id)
    stages = moved(secret.stages, version_stage, remove_from_version_id, move_to_version_id)
    changed = replace(secret, stages=stages)
    if stages.get(CURRENT) != secret.stages.get(CURRENT):
        changed = rescheduled(call, changed)
    keep(call, changed)
    return {"ARN": secret.arn, "Name": secret.name}


def _require_value(call: Call, secret: Secret, version_id: str) -> None:
    """Raises ResourceNotFoundException for a version that has none, or not yet."""
    if call.store.get(Version, version_key(secret.key, version_id)) is None:
        raise value_not_found(f"VersionId: {version_id}")


def _entry(version: Version, labelled: dict[str, list[str]]) -> dict[str, Any]:
    entry = {
        "VersionId": version.version_id,
        "CreatedDate": version.created,
        "KmsKeyIds": [version.kms_key_id or KEY_OF_AWS],
    }
    if version.version_id in labelled:
        entry["VersionStages"] = labelled[version.version_id]
    if version.accessed_day:
        entry["LastAccessedDate"] = day_of(version.accessed_day)
    return entry
