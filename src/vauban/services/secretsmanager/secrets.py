"""Secrets: created, described, updated."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.associations import create_cross_account_replica
from vauban.services.secretsmanager.envelopes import require_key_access, rewrapped
from vauban.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    token_in_use,
)
from vauban.services.secretsmanager.replicas import with_replicas
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resolvers import Draft, a_draft, a_secret
from vauban.services.secretsmanager.resources import (
    CURRENT,
    PENDING,
    PREVIOUS,
    Listing,
    Secret,
    Version,
    dates_of,
    own_key,
    version_key,
)
from vauban.services.secretsmanager.states import acting_service
from vauban.services.secretsmanager.tags import tagged, tags_of
from vauban.services.secretsmanager.values import (
    Value,
    given_value,
    require_same,
    required_token,
    with_version,
)

TAG_OF_SERVICE = "aws:secretsmanager:owningService"


@operation(
    "CreateSecret",
    on=a_draft,
    also=(
        ("TagResource", "Tags"),
        ("ReplicateSecretToRegions", "AddReplicaRegions"),
        ("PutResourcePolicy", "CrossAccountPrimaryARN"),
    ),
    unsupported=("Type",),
)
def create_secret(
    call: Call,
    draft: Draft,
    client_request_token: str | None = None,
    description: str = "",
    kms_key_id: str = "",
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
    tags: list[dict[str, str]] | None = None,
    add_replica_regions: list[dict[str, str]] | None = None,
    force_overwrite_replica_secret: bool = False,
    cross_account_primary_arn: str | None = None,
) -> dict[str, Any]:
    token = required_token(client_request_token)
    value = given_value(secret_string, secret_binary)
    if draft.existing is not None:
        return _created_before(call, draft.existing, token, value)
    secret = _made(call, draft, description, own_key(kms_key_id), tagged({}, tags or []))
    if cross_account_primary_arn is not None:
        return create_cross_account_replica(call, secret, cross_account_primary_arn)
    if secret.kms_key_id or value is not None:
        require_key_access(call, secret)
    secret = with_version(call, secret, token, value) if value is not None else keep(call, secret)
    told = {"ARN": secret.arn, "Name": secret.name}
    if value is not None:
        told["VersionId"] = token
    if add_replica_regions:
        secret = with_replicas(call, secret, add_replica_regions, force_overwrite_replica_secret)
        told["ReplicationStatus"] = [each.described for each in secret.replicas]
    return told


@operation("DescribeSecret", on=a_secret)
def describe_secret(call: Call, secret: Secret) -> dict[str, Any]:
    told = described(secret)
    if secret.stages:
        told["VersionIdsToStages"] = secret.versions_to_stages
    if secret.replicas:
        told["ReplicationStatus"] = [each.described for each in secret.replicas]
    if secret.origin is not None:
        told["CrossAccountPrimary"] = secret.origin.described
    if secret.associations:
        told["CrossAccountReplicas"] = [each.described for each in secret.associations]
    return told


@operation("UpdateSecret", on=a_secret, unsupported=("Type",))
def update_secret(
    call: Call,
    secret: Secret,
    client_request_token: str | None = None,
    description: str | None = None,
    kms_key_id: str | None = None,
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
) -> dict[str, Any]:
    value = given_value(secret_string, secret_binary)
    if secret.is_replica:
        _require_key_alone(value, description)
    token = required_token(client_request_token)
    if value is not None and call.store.get(Version, version_key(secret.key, token)) is not None:
        raise token_in_use(token, secret.arn)
    if description is not None:
        secret = replace(secret, description=description)
    if kms_key_id is not None and own_key(kms_key_id) != secret.kms_key_id:
        secret = _under_another_key(call, secret, own_key(kms_key_id))
    told = {"ARN": secret.arn, "Name": secret.name}
    if value is None:
        keep(call, secret)
        return told
    with_version(call, secret, token, value)
    return {**told, "VersionId": token}


def described(secret: Secret) -> dict[str, Any]:
    """What DescribeSecret and ListSecrets tell alike: only what there is."""
    rotation = secret.rotation
    told = {
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description,
        "KmsKeyId": secret.kms_key_id,
        "OwningService": secret.owning_service,
        "PrimaryRegion": secret.primary_region or (secret.region if secret.replicas else ""),
        "Tags": tags_of(secret.tags),
        **(rotation.described if rotation else {}),
        **dates_of(secret),
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def _made(call: Call, draft: Draft, description: str, kms_key_id: str, tags: dict[str, str]) -> Secret:
    name = call.params["Name"]
    service = acting_service(call)
    if "!" in name and not name.startswith(f"{service}!"):
        raise InvalidParameterException(f"The name {name} is reserved for secrets that another service manages.")
    owning_service = service if "!" in name else ""
    if owning_service:
        tags = {**tags, TAG_OF_SERVICE: owning_service}
    secret = Secret(
        name,
        call.account,
        call.region,
        draft.suffix,
        call.now,
        call.now,
        kms_key_id=kms_key_id,
        description=description,
        tags=tags,
        owning_service=owning_service,
    )
    call.store.put(Listing(call.account, call.region, call.now, name))
    return secret


def _created_before(call: Call, secret: Secret, token: str, value: Value | None) -> dict[str, Any]:
    """The answer that the first request got, where this one is the same once more."""
    if secret.deletion_date is not None:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    version = call.store.get(Version, version_key(secret.key, token))
    if version is None or value is None:
        raise ResourceExistsException(f"The operation failed because the secret {secret.name} already exists.")
    require_same(call, secret, version, value)
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": token}


def _under_another_key(call: Call, secret: Secret, kms_key_id: str) -> Secret:
    """The secret under another KMS key, and with it the versions in use; as far as the caller may."""
    changed = replace(secret, kms_key_id=kms_key_id)
    require_key_access(call, changed)
    in_use = {secret.stages[label] for label in (CURRENT, PENDING, PREVIOUS) if label in secret.stages}
    for version_id in sorted(in_use):
        version = call.store.get(Version, version_key(secret.key, version_id))
        wrapped = rewrapped(call, changed, version, secret) if version is not None else None
        if wrapped is not None:
            call.store.put(replace(version, kms_key_id=wrapped[0], data_key=wrapped[1]))
    return changed


def _require_key_alone(value: Value | None, description: str | None) -> None:
    if value is not None or description is not None:
        raise InvalidParameterException(
            "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        )
