"""The ``secretsmanager:`` condition keys, and how a call bears them.

Source: "Actions, resources, and condition keys for AWS Secrets Manager", Service Authorization Reference.
"""

from collections.abc import Callable
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.secretsmanager.resources import CURRENT, Secret


def _asked(member: str) -> Callable[[Call, Resource], Any]:
    """The condition key whose value is a request member."""
    return lambda call, _: call.params.get(member)


def _of_secret(value: Callable[[Secret], Any]) -> Callable[[Call, Resource], Any]:
    """The condition key that tells of the secret as it is."""
    return lambda _, resource: value(resource.record) if type(resource.record) is Secret else None


def _kms_key_arn(call: Call, _: Resource) -> str | None:
    key_id = call.params.get("KmsKeyId")
    if not key_id or key_id.startswith("arn:"):
        return key_id or None
    return arn("kms", call.region, call.account, key_id if key_id.startswith("alias/") else f"key/{key_id}")


def _replica_regions(call: Call, _: Resource) -> list[str] | None:
    return [each["Region"] for each in call.params.get("AddReplicaRegions") or () if "Region" in each] or None


def _version_stage(call: Call, _: Resource) -> str | None:
    """A value is asked for as the current one where nothing else is said."""
    label = call.params.get("VersionStage")
    if label is None and call.operation.name == "GetSecretValue" and "VersionId" not in call.params:
        return CURRENT
    return label


def _rotation_lambda(secret: Secret) -> str | None:
    return secret.rotation.lambda_arn or None if secret.rotation else None


CONDITIONS = Conditions(
    exact={
        "secretsmanager:addreplicaregions": _replica_regions,
        "secretsmanager:blockpublicpolicy": _asked("BlockPublicPolicy"),
        "secretsmanager:description": _asked("Description"),
        "secretsmanager:externalsecretrotationrolearn": _asked("ExternalSecretRotationRoleArn"),
        "secretsmanager:forcedeletewithoutrecovery": _asked("ForceDeleteWithoutRecovery"),
        "secretsmanager:forceoverwritereplicasecret": _asked("ForceOverwriteReplicaSecret"),
        "secretsmanager:kmskeyarn": _kms_key_arn,
        "secretsmanager:kmskeyid": _asked("KmsKeyId"),
        "secretsmanager:modifyrotationrules": lambda call, _: "RotationRules" in call.params,
        "secretsmanager:name": _asked("Name"),
        "secretsmanager:recoverywindowindays": _asked("RecoveryWindowInDays"),
        "secretsmanager:resource/allowrotationlambdaarn": _of_secret(_rotation_lambda),
        "secretsmanager:rotateimmediately": _asked("RotateImmediately"),
        "secretsmanager:rotationlambdaarn": _asked("RotationLambdaARN"),
        "secretsmanager:secretid": lambda call, resource: resource.arn if "SecretId" in call.params else None,
        "secretsmanager:secretprimaryregion": _of_secret(lambda secret: secret.primary_region or secret.region),
        "secretsmanager:type": _asked("Type"),
        "secretsmanager:versionid": _asked("VersionId"),
        "secretsmanager:versionstage": _version_stage,
    },
    prefixed={
        "secretsmanager:resourcetag/": lambda _, resource, name: next(
            (value for key, value in resource.tags.items() if key.lower() == name), None
        ),
    },
)
