"""What a secret's state allows: one that waits for its deletion, a replica, one that another service manages."""

from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    marked_for_deletion,
)
from vauban.services.secretsmanager.resources import Secret

WHILE_DELETED = frozenset({"DescribeSecret", "DeleteSecret", "RestoreSecret", "ListSecretVersionIds"})
ON_REPLICAS = frozenset(
    {
        "DescribeSecret",
        "GetResourcePolicy",
        "GetSecretValue",
        "ListResourcePolicies",
        "ListSecretVersionIds",
        "StopReplicationToReplica",
        "UpdateSecret",
        "ValidateResourcePolicy",
    }
)
"""UpdateSecret itself refuses all but another KMS key. What else a cross-account replica allows, it allows there."""
ON_CROSS_ACCOUNT_REPLICAS = ON_REPLICAS | {
    "AssociateCrossAccountReplica",
    "DeleteSecret",
    "DeleteResourcePolicy",
    "PutResourcePolicy",
    "RestoreSecret",
    "TagResource",
    "UntagResource",
}
OF_ITS_SERVICE = frozenset(
    {
        "CancelRotateSecret",
        "DeleteSecret",
        "PutSecretValue",
        "RestoreSecret",
        "RotateSecret",
        "UpdateSecret",
        "UpdateSecretVersionStage",
    }
)
"""What only the owning service may do to a managed secret."""


def guard(call: Call, resources: tuple[Resource, ...]) -> None:
    """Raises what the secret's state has against the operation. A ``Guard`` of the kernel."""
    for resource in resources:
        secret = resource.record
        if type(secret) is Secret:
            _refuse(call, secret, call.operation.name)


def _refuse(call: Call, secret: Secret, operation: str) -> None:
    if secret.deletion_date is not None and operation not in WHILE_DELETED:
        raise marked_for_deletion()
    if secret.primary_region and operation not in ON_REPLICAS:
        raise InvalidParameterException(
            "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        )
    if secret.origin is not None and operation not in ON_CROSS_ACCOUNT_REPLICAS:
        raise InvalidRequestException(
            "Operation not permitted on a cross-account replica secret. Call must be made in primary secret's account."
        )
    if secret.owning_service and operation in OF_ITS_SERVICE and acting_service(call) != secret.owning_service:
        raise InvalidRequestException(
            f"The secret is managed by another service, {secret.owning_service}, and you must use that service to "
            "update it."
        )


def acting_service(call: Call) -> str:
    """The service that asks, on the caller's authority or by itself: ``rds``; empty where the caller asks itself."""
    if call.via:
        return call.via[-1].removesuffix(".amazonaws.com")
    return call.principal.arn.removesuffix(".amazonaws.com") if call.principal.kind == "service" else ""
