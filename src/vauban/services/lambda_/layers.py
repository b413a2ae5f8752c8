"""Layers: archives that functions have beside their code, in versions that never change.

Source: Lambda Developer Guide, "Managing Lambda dependencies with layers".
"""

from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.lambda_.archives import archive_of
from vauban.services.lambda_.configurations import moment
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.layer_resolvers import (
    a_layer,
    a_layer_version,
    a_named_layer_version,
    layer_of,
    version_id,
)
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.locations import location_of
from vauban.services.lambda_.resources import Layer, LayerArchive, LayerVersion, Version

_HIGHEST = 10**10


@operation("PublishLayerVersion", on=a_layer)
def publish_layer_version(
    call: Call,
    layer: Layer | None,
    content: dict[str, Any],
    description: str = "",
    compatible_architectures: list[str] | None = None,
    compatible_runtimes: list[str] | None = None,
    license_info: str = "",
) -> dict[str, Any]:
    archive = archive_of(content)
    _, name = layer_of(call, call.params["LayerName"])
    number = layer.published + 1 if layer else 1
    version = LayerVersion(
        version_id(name, number),
        call.account,
        call.region,
        name,
        number,
        call.now,
        archive.sha256,
        len(archive.content),
        description,
        license_info,
        tuple(compatible_runtimes or ()),
        tuple(compatible_architectures or ()),
    )
    kept = LayerArchive(version.arn, call.account, call.region, archive.content)
    for each in (Layer(name, call.account, call.region, number), version, kept):
        call.store.put(each)
    return _told_with_content(call, version, kept)


@operation("GetLayerVersion", on=a_layer_version)
def get_layer_version(call: Call, version: LayerVersion) -> dict[str, Any]:
    return _told_with_content(call, version, call.store.get(LayerArchive, version.arn))


@operation("GetLayerVersionByArn", on=a_named_layer_version, action="lambda:GetLayerVersion")
def get_layer_version_by_arn(call: Call, version: LayerVersion) -> dict[str, Any]:
    return _told_with_content(call, version, call.store.get(LayerArchive, version.arn))


@operation("ListLayers")
def list_layers(
    call: Call,
    compatible_runtime: str | None = None,
    compatible_architecture: str | None = None,
    marker: str | None = None,
    max_items: int = 50,
) -> dict[str, Any]:
    newest: dict[str, LayerVersion] = {}
    for each in call.store.list(LayerVersion):
        if _fits(each, compatible_runtime, compatible_architecture):
            newest[each.name] = each
    found = [newest[name] for name in sorted(newest)]

    def entries(after: str, count: int) -> list[LayerVersion]:
        return [each for each in found if each.name > after][:count]

    of = f"{compatible_runtime} {compatible_architecture}"
    return page(call, "Layers", entries, _listed, lambda each: each.name, max_items, marker, of)


@operation("ListLayerVersions")
def list_layer_versions(
    call: Call,
    layer_name: str,
    compatible_runtime: str | None = None,
    compatible_architecture: str | None = None,
    marker: str | None = None,
    max_items: int = 50,
) -> dict[str, Any]:
    account, name = layer_of(call, layer_name)
    if account != call.account:
        raise InvalidParameterValueException("The versions of another account's layers are not listed here.")
    versions = reversed(call.store.list(LayerVersion, prefix=f"{name}:"))
    found = [each for each in versions if _fits(each, compatible_runtime, compatible_architecture)]

    def entries(after: str, count: int) -> list[LayerVersion]:
        return [each for each in found if each.number < int(after or _HIGHEST)][:count]

    of = f"{name} {compatible_runtime} {compatible_architecture}"
    return page(call, "LayerVersions", entries, _told, lambda each: str(each.number), max_items, marker, of)


@operation("DeleteLayerVersion", on=a_layer_version.where_it_may_be_gone)
def delete_layer_version(call: Call, version: LayerVersion | None) -> None:
    """Functions that have it keep it."""
    if version is not None:
        call.store.delete(version)
        forget_unused(call, version.arn)


def forget_unused(call: Call, *arns: str) -> None:
    """Forget the archives of layer versions that are neither here any more nor any function's."""
    used = {each for function in call.store.list(Version) for each, _ in function.layers}
    own = arn("lambda", call.region, call.account, "layer:")
    for each in arns:
        name, _, number = each.removeprefix(own).rpartition(":")
        is_here = each.startswith(own) and call.store.get(LayerVersion, version_id(name, int(number))) is not None
        kept = call.store.get(LayerArchive, each)
        if kept is not None and each not in used and not is_here:
            call.store.delete(kept)


def _fits(version: LayerVersion, runtime: str | None, architecture: str | None) -> bool:
    return (runtime is None or runtime in version.runtimes) and (
        architecture is None or architecture in version.architectures
    )


def _listed(version: LayerVersion) -> dict[str, Any]:
    return {"LayerName": version.name, "LayerArn": version.layer_arn, "LatestMatchingVersion": _told(version)}


def _told(version: LayerVersion) -> dict[str, Any]:
    """The model's ``LayerVersionsListItem``."""
    told: dict[str, Any] = {
        "LayerVersionArn": version.arn,
        "Version": version.number,
        "Description": version.description,
        "CreatedDate": moment(version.created),
    }
    more = {
        "CompatibleRuntimes": list(version.runtimes),
        "CompatibleArchitectures": list(version.architectures),
        "LicenseInfo": version.license,
    }
    return told | {name: value for name, value in more.items() if value}


def _told_with_content(call: Call, version: LayerVersion, kept: LayerArchive) -> dict[str, Any]:
    content = {
        "Location": location_of(call, kept),
        "CodeSha256": version.code_sha256,
        "CodeSize": version.code_size,
    }
    return {"Content": content, "LayerArn": version.layer_arn, **_told(version)}
