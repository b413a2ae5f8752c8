"""A rotation on its way, kept beside its secret: the function that it calls changes the secret meanwhile."""

import hmac
from datetime import datetime

from vauban.kernel.calls import Call
from vauban.kernel.records import record, replace, secret
from vauban.services.secretsmanager.errors import InvalidParameterException
from vauban.services.secretsmanager.resources import PENDING, Secret

ABANDONED = "Secret Rotation Abandoned"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST = ("testSecret",)


@record("secretsmanager:RotationRun", id="name", due="due_at")
class RotationRun:
    name: str
    """The secret's."""
    account: str
    region: str
    secret_arn: str
    version_id: str
    lambda_arn: str
    steps: tuple[str, ...]
    """Those still to do, the next one first."""
    due_at: datetime
    token: bytes = secret()
    """What the function proves itself with."""
    tries: int = 0
    """How often this rotation failed."""
    is_checked: bool = False
    """Whether the secret was found as the next step needs it."""
    is_test: bool = False


def begun(call: Call, secret: Secret, version_id: str, lambda_arn: str, *, is_test: bool = False) -> Secret:
    """The secret with AWSPENDING on a version that has no value yet; its steps are due at once."""
    call.store.put(
        RotationRun(
            secret.name,
            secret.account,
            secret.region,
            secret.arn,
            version_id,
            lambda_arn,
            TEST if is_test else STEPS,
            call.now,
            call.uuid().encode(),
            is_test=is_test,
        )
    )
    return replace(secret, stages={**secret.stages, PENDING: version_id})


def run_of(call: Call, secret: Secret) -> RotationRun | None:
    return call.store.get(RotationRun, secret.name)


def forget_rotation(call: Call, secret: Secret) -> RotationRun | None:
    """Call off what is on its way, and say what that was."""
    run = run_of(call, secret)
    if run is not None:
        call.store.delete(run)
    return run


def abandoned(call: Call, secret: Secret, version_id: str) -> Secret:
    """The secret after a value was put by hand, in whose favour AWSPENDING leaves any other version.

    Source: "Log with AWS CloudTrail", events unrelated to API calls, AWS Secrets Manager User Guide.
    """
    pending = secret.stages.get(PENDING)
    if secret.rotation is None or not secret.rotation.enabled or pending in (None, version_id):
        return secret
    forget_rotation(call, secret)
    call.send(ABANDONED, secret.arn, versionId=pending)
    return replace(secret, stages={label: at for label, at in secret.stages.items() if label != PENDING})


def require_rotation_token(call: Call, secret: Secret, version_id: str, given: str | None) -> None:
    """Raises InvalidParameterException unless ``given`` is the running rotation's, and for its version."""
    if given is None:
        return
    run = run_of(call, secret)
    right = run is not None and run.version_id == version_id and hmac.compare_digest(run.token, given.encode())
    if not right:
        raise InvalidParameterException("The RotationToken is not valid for this version of the secret.")
