"""What Secrets Manager does by the clock: deletion at the end of the window, rotation, outdated versions."""

from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.kernel.records import replace
from vauban.services.secretsmanager.deletion import erase
from vauban.services.secretsmanager.pruning import prune
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resources import CLOUDTRAIL_TYPE, CURRENT, PENDING, Secret
from vauban.services.secretsmanager.rotation_dates import scheduled
from vauban.services.secretsmanager.rotation_runs import STEPS, TEST, RotationRun, begun, run_of
from vauban.services.secretsmanager.rotation_steps import FunctionBusy, StepFailed, invoke

MOST_TRIES = 5
FIRST_PAUSE = timedelta(minutes=1)
_SOON = timedelta(seconds=1)


@when_due(Secret)
def tend(call: Call, secret: Secret) -> ServiceEvent | None:
    """Delete a secret whose window is over, rotate one whose time has come, or forget its outdated versions."""
    if secret.deletion_date is not None:
        erase(call, secret)
        return _event("EndSecretVersionDelete", secret.arn, secret.account)
    if secret.prune_at is not None and secret.prune_at <= call.now:
        went = prune(call, secret)
        return _event("SecretVersionDeletion", secret.arn, secret.account, versionIds=went) if went else None
    return _rotate(call, secret)


@when_due(RotationRun, waits=True)
def go_on(call: Call, run: RotationRun) -> ServiceEvent | None:
    """One turn of a rotation: look at the secret, then have the function do a step, then look again.

    The turns that call the function read nothing of the secret, which it changes meanwhile.
    """
    return _invoked(call, run) if run.is_checked else _checked(call, run)


def _rotate(call: Call, secret: Secret) -> ServiceEvent | None:
    """Begin a rotation, unless one is on its way; one that failed is taken up again, with its version."""
    rotation = scheduled(call, secret.rotation)
    secret = replace(secret, rotation=rotation)
    if run_of(call, secret) is not None:
        call.store.put(secret)
        return None
    pending = secret.stages.get(PENDING)
    version_id = call.uuid() if pending in (None, secret.stages.get(CURRENT)) else pending
    keep(call, begun(call, secret, version_id, rotation.lambda_arn))
    return None


def _checked(call: Call, run: RotationRun) -> ServiceEvent | None:
    secret = call.store.get(Secret, run.name)
    if secret is None or secret.arn != run.secret_arn or secret.deletion_date is not None:
        return _ended(call, run, "Abandoned")
    if not run.steps:
        return _finished(call, run, secret)
    if run.version_id not in (secret.stages.get(PENDING), secret.stages.get(CURRENT)):
        return _ended(call, run, "Abandoned")
    call.store.put(replace(run, is_checked=True, due_at=call.now))
    if run.steps in (STEPS, TEST) and not run.tries:
        return _told(run, "Started")
    return None


def _invoked(call: Call, run: RotationRun) -> ServiceEvent | None:
    try:
        invoke(call, run)
    except FunctionBusy:
        call.store.put(replace(run, due_at=call.now + _SOON))
        return None
    except StepFailed:
        return _failed(call, run)
    call.store.put(replace(run, is_checked=False, steps=run.steps[1:], due_at=call.now))
    return None


def _failed(call: Call, run: RotationRun) -> ServiceEvent | None:
    """The whole rotation is tried again, later each time; in the end it waits for somebody to look at it."""
    if run.is_test:
        call.store.put(replace(run, is_checked=False, steps=(), tries=1, due_at=call.now))
        return None
    if run.tries + 1 >= MOST_TRIES:
        return _ended(call, run, "Failed")
    again = call.now + FIRST_PAUSE * 2**run.tries
    call.store.put(replace(run, is_checked=False, steps=STEPS, tries=run.tries + 1, due_at=again))
    return _told(run, "Failed")


def _finished(call: Call, run: RotationRun, secret: Secret) -> ServiceEvent | None:
    if run.is_test:
        left = {label: version_id for label, version_id in secret.stages.items() if label != PENDING}
        keep(call, replace(secret, stages=left))
        return _ended(call, run, "Failed" if run.tries else "Succeeded")
    if secret.stages.get(CURRENT) != run.version_id:
        return _failed(call, run)
    keep(call, replace(secret, rotation=scheduled(call, secret.rotation.succeeded(call.now))))
    return _ended(call, run, "Succeeded")


def _ended(call: Call, run: RotationRun, how: str) -> ServiceEvent:
    call.store.delete(run)
    return _told(run, how)


def _told(run: RotationRun, how: str) -> ServiceEvent:
    """``RotationStarted``, ``TestRotationSucceeded``, …"""
    kind = "TestRotation" if run.is_test else "Rotation"
    return _event(f"{kind}{how}", run.secret_arn, run.account, versionId=run.version_id)


def _event(name: str, secret_arn: str, account: str, **details: object) -> ServiceEvent:
    return ServiceEvent(name, ((secret_arn, CLOUDTRAIL_TYPE, account),), {"secretId": secret_arn, **details})
