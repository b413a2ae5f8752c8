"""Functions: made, changed, told, deleted."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.archives import Archive, archive_of
from vauban.services.lambda_.configurations import (
    being_created,
    being_updated,
    configuration,
    log_group_of,
    require_architectures,
    require_runtime,
    require_tracing,
)
from vauban.services.lambda_.destinations import dead_letters_of
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    function_not_found,
)
from vauban.services.lambda_.event_invoke_configs import forget_config
from vauban.services.lambda_.identifiers import parse
from vauban.services.lambda_.laid_layers import forget_layers, laid, require_room
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.locations import location_of
from vauban.services.lambda_.resolvers import Target, a_function, a_new_function, a_target
from vauban.services.lambda_.resources import LATEST, Alias, Code, EventInvokeConfig, Function, Version
from vauban.services.lambda_.roles import may_pass, require_assumable
from vauban.services.lambda_.tags import require_tags
from vauban.services.lambda_.variables import decrypted, environment_of, kept
from vauban.services.lambda_.versions import published

_NOT_HERE = (
    "VpcConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "SnapStart",
    "CapacityProviderConfig",
    "DurableConfig",
    "RuntimeConfig",
    "AcceleratorConfig",
)


@operation(
    "CreateFunction",
    on=a_new_function,
    decide=may_pass,
    unsupported=(*_NOT_HERE, "PublishTo", "CodeSigningConfigArn", "TenancyConfig"),
)
def create_function(
    call: Call,
    existing: Function | None,
    role: str,
    code: dict[str, Any],
    runtime: str | None = None,
    handler: str | None = None,
    description: str = "",
    timeout: int = 3,
    memory_size: int = 128,
    publish: bool = False,
    package_type: str = "Zip",
    environment: dict[str, Any] | None = None,
    tracing_config: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    architectures: list[str] | None = None,
    ephemeral_storage: dict[str, int] | None = None,
    dead_letter_config: dict[str, str] | None = None,
    layers: list[str] | None = None,
    kms_key_arn: str = "",
    logging_config: dict[str, str] | None = None,
) -> dict[str, Any]:
    named = parse(call.params["FunctionName"])
    if named.account not in ("", call.account) or named.region not in ("", call.region) or named.qualifier:
        raise InvalidParameterValueException("The function's name is of another account or Region, or has a qualifier.")
    if existing is not None:
        raise ResourceConflictException(f"Function already exist: {named.name}")
    if package_type != "Zip":
        raise InvalidParameterValueException("PackageType Image is not supported here: functions come as zip archives.")
    runtime = require_runtime(runtime if handler else None)
    require_tracing(tracing_config)
    archive = archive_of(code)
    require_assumable(call, role, named.name)
    function = Function(named.name, call.account, call.region, require_tags(tags or {}))
    variables = environment_of(environment or {})
    version = Version(
        f"{named.name}:{LATEST}",
        call.account,
        call.region,
        named.name,
        LATEST,
        runtime,
        role,
        handler,
        archive.sha256,
        len(archive.content),
        call.now,
        call.uuid(),
        require_architectures(architectures),
        description,
        timeout,
        memory_size,
        (ephemeral_storage or {}).get("Size", 512),
        kept(call, function, kms_key_arn, variables),
        dead_letters_of(dead_letter_config or {}),
        laid(call, layers or []),
        kms_key_arn,
        log_group_of(logging_config or {}),
    )
    require_room(call, archive.content, version.layers)
    call.store.put(version)
    _keep_code(call, version, archive)
    if not publish:
        call.store.put(function)
        return being_created(call, version)
    return being_created(call, published(call, function, version))


@operation("GetFunction", on=a_target)
def get_function(call: Call, target: Target) -> dict[str, Any]:
    told: dict[str, Any] = {
        "Configuration": configuration(call, target.version, target.qualifier),
        "Code": {"RepositoryType": "S3", "Location": location_of(call, call.store.get(Code, target.version.code_id))},
    }
    if target.function.tags:
        told["Tags"] = target.function.tags
    if target.function.reserved is not None:
        told["Concurrency"] = {"ReservedConcurrentExecutions": target.function.reserved}
    return told


@operation("GetFunctionConfiguration", on=a_target)
def get_function_configuration(call: Call, target: Target) -> dict[str, Any]:
    return configuration(call, target.version, target.qualifier)


@operation("ListFunctions", unsupported=("MasterRegion",))
def list_functions(
    call: Call, function_version: str | None = None, marker: str | None = None, max_items: int = 50
) -> dict[str, Any]:
    def entries(after: str, count: int) -> list[Version]:
        found = call.store.list(Version, after=after)
        return [each for each in found if function_version == "ALL" or each.version == LATEST][:count]

    def told(version: Version) -> dict[str, Any]:
        return _listed(configuration(call, version, version.version if function_version == "ALL" else ""))

    return page(
        call, "Functions", entries, told, lambda each: each.version_id, max_items, marker, function_version or ""
    )


@operation(
    "UpdateFunctionCode",
    on=a_function,
    unsupported=(
        "S3Bucket",
        "S3Key",
        "S3ObjectVersion",
        "S3ObjectStorageMode",
        "ImageUri",
        "PublishTo",
        "SourceKMSKeyArn",
    ),
)
def update_function_code(
    call: Call,
    function: Function,
    zip_file: bytes | None = None,
    architectures: list[str] | None = None,
    publish: bool = False,
    dry_run: bool = False,
    revision_id: str | None = None,
) -> dict[str, Any]:
    latest = latest_of(call, function, revision_id)
    archive = archive_of({"ZipFile": zip_file})
    require_room(call, archive.content, latest.layers)
    changed = replace(
        latest,
        code_sha256=archive.sha256,
        code_size=len(archive.content),
        architecture=require_architectures(architectures),
        last_modified=call.now,
        revision_id=call.uuid(),
    )
    if dry_run:
        return being_updated(call, changed)
    call.store.put(changed)
    _keep_code(call, changed, archive)
    if latest.code_id != changed.code_id:
        _forget_code(call, latest)
    return being_updated(call, published(call, function, changed) if publish else changed)


@operation("UpdateFunctionConfiguration", on=a_function, decide=may_pass, unsupported=_NOT_HERE)
def update_function_configuration(
    call: Call,
    function: Function,
    role: str | None = None,
    handler: str | None = None,
    description: str | None = None,
    timeout: int | None = None,
    memory_size: int | None = None,
    environment: dict[str, Any] | None = None,
    runtime: str | None = None,
    tracing_config: dict[str, str] | None = None,
    ephemeral_storage: dict[str, int] | None = None,
    dead_letter_config: dict[str, str] | None = None,
    layers: list[str] | None = None,
    kms_key_arn: str | None = None,
    logging_config: dict[str, str] | None = None,
    revision_id: str | None = None,
) -> dict[str, Any]:
    latest = latest_of(call, function, revision_id)
    require_tracing(tracing_config)
    if role is not None:
        require_assumable(call, role, function.name)
    given = {
        "role": role,
        "handler": handler,
        "description": description,
        "timeout": timeout,
        "memory_size": memory_size,
        "runtime": None if runtime is None else require_runtime(runtime),
        "environment": _environment(call, function, latest, environment, kms_key_arn),
        "kms_key": kms_key_arn,
        "log_group_name": None if logging_config is None else log_group_of(logging_config),
        "ephemeral_storage": None if ephemeral_storage is None else ephemeral_storage["Size"],
        "dead_letters": None if dead_letter_config is None else dead_letters_of(dead_letter_config),
        "layers": None if layers is None else laid(call, layers),
    }
    changes = {name: value for name, value in given.items() if value is not None}
    changed = replace(latest, last_modified=call.now, revision_id=call.uuid(), **changes)
    call.store.put(changed)
    if changed.layers != latest.layers:
        require_room(call, call.store.get(Code, changed.code_id).archive, changed.layers)
        forget_layers(call, latest)
    return being_updated(call, changed)


@operation("DeleteFunction", on=a_function, unsupported=())
def delete_function(call: Call, function: Function, qualifier: str | None = None) -> dict[str, Any]:
    number = parse(call.params["FunctionName"], qualifier or "").qualifier
    if number:
        _delete_version(call, function, number)
    else:
        versions = call.store.list(Version, prefix=f"{function.name}:")
        for kind in (Version, Code, Alias, EventInvokeConfig):
            for each in call.store.list(kind, prefix=f"{function.name}:"):
                call.store.delete(each)
        call.store.delete(function)
        forget_layers(call, *versions)
    return {"StatusCode": 204}


def latest_of(call: Call, function: Function, revision_id: str | None = None) -> Version:
    """``$LATEST``. Raises PreconditionFailedException where it is not as the caller thinks."""
    latest = call.store.get(Version, f"{function.name}:{LATEST}")
    if revision_id is not None and revision_id != latest.revision_id:
        raise PreconditionFailedException
    return latest


def _delete_version(call: Call, function: Function, number: str) -> None:
    if number == LATEST:
        raise InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
    version = call.store.get(Version, f"{function.name}:{number}")
    if call.store.get(Alias, f"{function.name}:{number}") is not None:
        raise InvalidParameterValueException("An alias is deleted by DeleteAlias.")
    if version is None:
        raise function_not_found(function.arn_of(number))
    pointing = [
        each.name
        for each in call.store.list(Alias, prefix=f"{function.name}:")
        if number in (each.version, *each.weights)
    ]
    if pointing:
        raise ResourceConflictException(f"Version {number} cannot be deleted while aliases point at it: {pointing}.")
    call.store.delete(version)
    forget_config(call, function, number)
    _forget_code(call, version)
    forget_layers(call, version)


def _environment(
    call: Call, function: Function, latest: Version, environment: dict[str, Any] | None, key: str | None
) -> bytes | None:
    """As it is kept from now on; None where it stays as it is."""
    if environment is None and key in (None, latest.kms_key):
        return None
    variables = environment_of({"Variables": decrypted(call, latest)} if environment is None else environment)
    return kept(call, function, latest.kms_key if key is None else key, variables)


def _keep_code(call: Call, version: Version, archive: Archive) -> None:
    if call.store.get(Code, version.code_id) is None:
        call.store.put(Code(version.code_id, version.account, version.region, archive.content))


def _forget_code(call: Call, version: Version) -> None:
    """Unless another version has it still."""
    others = call.store.list(Version, prefix=f"{version.name}:")
    code = call.store.get(Code, version.code_id)
    if code is not None and all(each.code_id != version.code_id for each in others):
        call.store.delete(code)


def _listed(told: dict[str, Any]) -> dict[str, Any]:
    """Lists leave out what changes from one moment to the next."""
    return {name: value for name, value in told.items() if name not in ("State", "LastUpdateStatus")}
