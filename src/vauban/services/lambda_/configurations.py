"""What a function is configured with: checked, and told."""

import platform
from datetime import datetime
from typing import Any

from vauban.kernel.calls import Call
from vauban.outside.functions import programs
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resources import Version
from vauban.services.lambda_.variables import shown

ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
"""The host's: native code of the other does not run here."""


def require_runtime(runtime: str | None) -> str:
    """Raises InvalidParameterValueException for what does not run here."""
    if runtime is None:
        raise InvalidParameterValueException(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    if not programs.knows(runtime):
        raise InvalidParameterValueException(
            f"The runtime {runtime} is not supported here: there are python3.x, nodejs18.x and later, provided.al2 and "
            "provided.al2023."
        )
    if programs.is_node(runtime) and programs.node() is None:
        raise InvalidParameterValueException(f"The runtime {runtime} is not supported here: this host has no Node.js.")
    return runtime


def require_architectures(architectures: list[str] | None) -> str:
    if architectures and architectures != [ARCHITECTURE]:
        raise InvalidParameterValueException(f"The architecture of functions here is {ARCHITECTURE}.")
    return ARCHITECTURE


def require_tracing(tracing_config: dict[str, str] | None) -> None:
    if tracing_config and tracing_config.get("Mode", "PassThrough") != "PassThrough":
        raise InvalidParameterValueException("TracingConfig is not supported here in another mode than PassThrough.")


def log_group_of(logging_config: dict[str, str]) -> str:
    """The log group that a function is given; empty for its own. Raises InvalidParameterValueException."""
    if logging_config.get("LogFormat", "Text") != "Text":
        raise InvalidParameterValueException("LoggingConfig is not supported here with another LogFormat than Text.")
    if {"ApplicationLogLevel", "SystemLogLevel"}.intersection(logging_config):
        raise InvalidParameterValueException(
            "Log level options are not supported for functions with LogFormat set to Text."
        )
    return logging_config.get("LogGroup", "")


def configuration(call: Call, version: Version, qualifier: str = "") -> dict[str, Any]:
    """The model's ``FunctionConfiguration``; with the ARN of a qualifier where it was asked for by one."""
    own = version.arn.removesuffix(f":{version.version}")
    told: dict[str, Any] = {
        "FunctionName": version.name,
        "FunctionArn": f"{own}:{qualifier}" if qualifier else version.arn,
        "Runtime": version.runtime,
        "Role": version.role,
        "Handler": version.handler,
        "CodeSize": version.code_size,
        "Description": version.description,
        "Timeout": version.timeout,
        "MemorySize": version.memory_size,
        "LastModified": moment(version.last_modified),
        "CodeSha256": version.code_sha256,
        "Version": version.version,
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": version.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [version.architecture],
        "EphemeralStorage": {"Size": version.ephemeral_storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": version.log_group},
    }
    if version.environment:
        told["Environment"] = shown(call, version)
    if version.kms_key:
        told["KMSKeyArn"] = version.kms_key
    if version.layers:
        told["Layers"] = [{"Arn": each, "CodeSize": size} for each, size in version.layers]
    if version.dead_letters:
        told["DeadLetterConfig"] = {"TargetArn": version.dead_letters}
    return told


def being_created(call: Call, version: Version) -> dict[str, Any]:
    """A function's configuration as its creation answers it: the next look finds it active."""
    told = configuration(call, version)
    del told["LastUpdateStatus"]
    return {**told, "State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}


def being_updated(call: Call, version: Version) -> dict[str, Any]:
    """The same of an update."""
    return {
        **configuration(call, version),
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
    }


def moment(at: datetime) -> str:
    """``2026-11-25T09:41:06.123+0000``."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"
