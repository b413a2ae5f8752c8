"""PutSecretValue and GetSecretValue: values, each a version of its secret that is never changed."""

from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.envelopes import opened, sealed
from vauban.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    token_in_use,
    value_not_found,
)
from vauban.services.secretsmanager.labels import attached
from vauban.services.secretsmanager.pruning import pruned_some_day
from vauban.services.secretsmanager.replication import Opened, keep
from vauban.services.secretsmanager.resolvers import a_secret
from vauban.services.secretsmanager.resources import (
    CURRENT,
    SECONDS_A_DAY,
    Secret,
    Version,
    version_key,
)
from vauban.services.secretsmanager.rotation_dates import rescheduled
from vauban.services.secretsmanager.rotation_runs import abandoned, require_rotation_token

LARGEST = 65_536


@dataclass(frozen=True)
class Value:
    content: bytes
    binary: bool


@operation("GetSecretValue", on=a_secret)
def get_secret_value(
    call: Call, secret: Secret, version_id: str | None = None, version_stage: str | None = None
) -> dict[str, Any]:
    version = _found(call, secret, version_id, version_stage)
    content = opened(call, secret, version)
    _remember_access(call, secret, version)
    told = _told(secret, version.version_id)
    told["CreatedDate"] = version.created
    if version.binary:
        told["SecretBinary"] = content
    else:
        told["SecretString"] = content.decode()
    return told


@operation("PutSecretValue", on=a_secret)
def put_secret_value(
    call: Call,
    secret: Secret,
    client_request_token: str | None = None,
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
    version_stages: list[str] | None = None,
    rotation_token: str | None = None,
) -> dict[str, Any]:
    token = required_token(client_request_token)
    value = given_value(secret_string, secret_binary)
    if value is None:
        raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
    require_rotation_token(call, secret, token, rotation_token)
    existing = call.store.get(Version, version_key(secret.key, token))
    if existing is not None:
        require_same(call, secret, existing, value)
        return _told(secret, token)
    return _told(with_version(call, secret, token, value, version_stages), token)


def with_version(call: Call, secret: Secret, version_id: str, value: Value, labels: list[str] | None = None) -> Secret:
    """The secret with a new version, both kept; its first one is current whatever ``labels`` say."""
    wanted = labels or [CURRENT]
    if not secret.version_count and CURRENT not in wanted:
        wanted = [CURRENT, *wanted]
    version = sealed(call, secret, version_id, value.content, binary=value.binary)
    changed = replace(
        secret, stages=attached(secret.stages, version_id, wanted), version_count=secret.version_count + 1
    )
    if CURRENT in wanted:
        changed = rescheduled(call, abandoned(call, changed, version_id))
    return keep(call, pruned_some_day(call, changed), Opened(version, value.content))


def require_same(call: Call, secret: Secret, existing: Version, value: Value) -> None:
    """Raises ResourceExistsException unless the version has this very value."""
    if existing.binary != value.binary or opened(call, secret, existing) != value.content:
        raise token_in_use(existing.version_id, secret.arn)


def required_token(token: str | None) -> str:
    """SDKs make one where the caller gives none."""
    if not token:
        raise InvalidRequestException("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
    return token


def given_value(text: str | None, binary: bytes | None) -> Value | None:
    """Raises InvalidParameterException where there are two, or more than 65,536 bytes."""
    if text is not None and binary is not None:
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    if text is None and binary is None:
        return None
    value = Value(text.encode() if binary is None else binary, binary is not None)
    if len(value.content) > LARGEST:
        raise InvalidParameterException(f"The secret value can't be longer than {LARGEST} bytes.")
    return value


def _found(call: Call, secret: Secret, version_id: str | None, label: str | None) -> Version:
    """The version that the call asks for. Raises ResourceNotFoundException where it has no value."""
    if version_id is None:
        label = label or CURRENT
        version_id, what = secret.stages.get(label), f"staging label: {label}"
    else:
        what = f"VersionId: {version_id}"
    version = call.store.get(Version, version_key(secret.key, version_id)) if version_id else None
    if version is None:
        raise value_not_found(what)
    if label is not None and secret.stages.get(label) != version_id:
        raise InvalidRequestException("You provided a VersionStage that is not associated to the provided VersionId.")
    return version


def _remember_access(call: Call, secret: Secret, version: Version) -> None:
    """The day of the last access, kept on the first access of each day."""
    today = int(call.time) // SECONDS_A_DAY
    if version.accessed_day != today:
        call.store.put(replace(version, accessed_day=today))
    if secret.accessed_day != today:
        call.store.put(replace(secret, accessed_day=today))


def _told(secret: Secret, version_id: str) -> dict[str, Any]:
    """What is told of a version either way; an outdated one has no labels."""
    told = {"ARN": secret.arn, "Name": secret.name, "VersionId": version_id}
    labels = secret.labels_of(version_id)
    if labels:
        told["VersionStages"] = labels
    return told
