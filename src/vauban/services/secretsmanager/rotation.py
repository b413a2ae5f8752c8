"""RotateSecret and CancelRotateSecret: rotation configured, begun and called off."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.errors import InvalidRequestException
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resolvers import a_secret
from vauban.services.secretsmanager.resources import CURRENT, PENDING, Secret
from vauban.services.secretsmanager.rotation_dates import scheduled
from vauban.services.secretsmanager.rotation_rules import Rotation
from vauban.services.secretsmanager.rotation_runs import begun, forget_rotation, run_of
from vauban.services.secretsmanager.rotation_steps import require_invocable
from vauban.services.secretsmanager.values import required_token


@operation("RotateSecret", on=a_secret, unsupported=("ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"))
def rotate_secret(
    call: Call,
    secret: Secret,
    client_request_token: str | None = None,
    rotation_lambda_arn: str = "",
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> dict[str, Any]:
    token = required_token(client_request_token)
    rotation = _configured(secret.rotation or Rotation(), rotation_lambda_arn, rotation_rules)
    told = {"ARN": secret.arn, "Name": secret.name}
    run = run_of(call, secret)
    if run is not None and run.version_id == token:
        return {**told, "VersionId": token}
    _refuse_while_pending(secret)
    require_invocable(call, rotation.lambda_arn, secret.arn)
    secret = replace(secret, rotation=scheduled(call, replace(rotation, enabled=True)))
    keep(call, begun(call, secret, token, rotation.lambda_arn, is_test=not rotate_immediately))
    return {**told, "VersionId": token} if rotate_immediately else told


@operation("CancelRotateSecret", on=a_secret)
def cancel_rotate_secret(call: Call, secret: Secret) -> dict[str, Any]:
    told = {"ARN": secret.arn, "Name": secret.name}
    if secret.rotation is None:
        raise InvalidRequestException(
            "You tried to cancel the rotation of a secret that doesn't have a Lambda function ARN configured."
        )
    run = forget_rotation(call, secret)
    keep(call, replace(secret, rotation=scheduled(call, replace(secret.rotation, enabled=False))))
    return {**told, "VersionId": run.version_id} if run is not None else told


def _configured(rotation: Rotation, lambda_arn: str, rules: dict[str, Any] | None) -> Rotation:
    """The rotation with what the request says; the rest stays as it was."""
    if lambda_arn:
        rotation = replace(rotation, lambda_arn=lambda_arn)
    if not rotation.lambda_arn:
        raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
    return rotation.with_rules(rules) if rules is not None else rotation


def _refuse_while_pending(secret: Secret) -> None:
    pending = secret.stages.get(PENDING)
    if pending is not None and pending != secret.stages.get(CURRENT):
        raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")
