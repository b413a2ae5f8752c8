"""What happens to parameters, told as EventBridge knows it.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""

from vauban.kernel.calls import Call
from vauban.services.ssm.resources import Parameter, ParameterPolicy, ParameterVersion, version_id

CHANGE = "Parameter Store Change"
POLICY_ACTION = "Parameter Store Policy Action"


def announce(call: Call, parameter: Parameter, operation: str) -> None:
    """``operation`` is Create, Update, Delete or LabelParameterVersion."""
    detail = {"operation": operation, "name": parameter.name, "type": parameter.type}
    if parameter.description:
        detail["description"] = parameter.description
    call.emit(CHANGE, parameter.arn, **detail)


def announce_failure(call: Call, parameter: Parameter, operation: str) -> None:
    """That an AMI id turned out to be none, after the request for it was answered."""
    call.emit(
        CHANGE,
        parameter.arn,
        exception="Unable to Describe Resource",
        dataType=parameter.data_type,
        name=parameter.name,
        type=parameter.type,
        operation=operation,
    )


def announce_policy(call: Call, parameter: Parameter, policy: ParameterPolicy, reason: str = "") -> None:
    """That a policy did what it is for."""
    call.emit(
        POLICY_ACTION,
        parameter.arn,
        **{
            "parameter-name": parameter.name,
            "parameter-type": parameter.type,
            "policy-type": policy.type,
            "policy-content": policy.text,
            "action-status": "Success",
            "action-reason": reason,
        },
    )


def forget(call: Call, parameter: Parameter) -> None:
    """Delete a parameter with all its versions."""
    for version in range(parameter.oldest_version, parameter.version):
        kept = call.store.get(ParameterVersion, version_id(parameter.name, version))
        if kept is not None:
            call.store.delete(kept)
    call.store.delete(parameter)
    announce(call, parameter, "Delete")
