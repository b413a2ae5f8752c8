"""The rotation function, called: the one place where Secrets Manager meets Lambda.

Source: "Lambda function rotation", AWS Secrets Manager User Guide.
"""

import json

from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.services.secretsmanager.rotation_runs import RotationRun

INVOKE = "lambda:Invoke"
CANNOT_INVOKE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com."
)


TOO_MANY = "TooManyRequestsException"


class StepFailed(Exception):
    """The function could not be called, or answered with an error."""


class FunctionBusy(Exception):
    """The function has as many events to handle as it may have at a time."""


def require_invocable(call: Call, lambda_arn: str, secret_arn: str) -> None:
    """Raises AccessDeniedException unless the function is there, and both the caller and we may invoke it."""
    try:
        for asking in (call, call.as_service(secret_arn)):
            asking.ask(INVOKE, FunctionName=lambda_arn, InvocationType="DryRun")
    except AwsError as error:
        decision = error.decision if isinstance(error, AccessDeniedException) else None
        raise AccessDeniedException(CANNOT_INVOKE, decision) from error


def invoke(call: Call, run: RotationRun) -> None:
    """Have the function do the run's next step. Raises StepFailed or FunctionBusy."""
    event = {
        "Step": run.steps[0],
        "SecretId": run.secret_arn,
        "ClientRequestToken": run.version_id,
        "RotationToken": run.token.decode(),
    }
    try:
        answer = call.as_service(run.secret_arn).ask(
            INVOKE,
            FunctionName=run.lambda_arn,
            InvocationType="RequestResponse",
            Payload=json.dumps(event).encode(),
        )
    except AwsError as error:
        if error.code == TOO_MANY:
            raise FunctionBusy from error
        raise StepFailed(f"{error.code}: {error.message}") from error
    if answer.get("FunctionError"):
        raise StepFailed(answer["FunctionError"])
