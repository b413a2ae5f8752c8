"""botocore's data files as they are: found, decompressed, and pruned of what a server does not need."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from vauban.aws import disk

PRUNED_FROM_OPERATIONS = frozenset(
    {"contextParam", "deprecatedMessage", "deprecatedSince", "documentation", "documentationUrl", "endpointdiscovery"}
    | {"endpointoperation", "operationContextParams", "staticContextParams"}
)
PRUNED_FROM_SHAPES = frozenset(
    {"box", "contextParam", "deprecatedMessage", "deprecatedSince", "documentation", "synthetic"}
)
SERVICE_FILE = "service-2.json.gz"


@cache
def service_names() -> tuple[str, ...]:
    """Every service botocore knows, as boto3 names it."""
    data = disk.botocore_root() / "data"
    return tuple(sorted(entry.name for entry in data.iterdir() if entry.is_dir()))


def newest(service: str) -> Path:
    """The directory of a service's newest API version. Raises LookupError where botocore has no such service."""
    if service not in service_names():
        raise LookupError(f"{service} is not a service botocore knows")
    return max(entry for entry in (disk.botocore_root() / "data" / service).iterdir() if entry.is_dir())


def document(service: str, name: str) -> dict[str, Any]:
    """A data file of a service (``service-2``, ``paginators-1``) with botocore's own extras merged in, or ``{}``."""
    directory = newest(service)
    found: dict[str, Any] = {}
    for path in (directory / f"{name}.json.gz", directory / f"{name}.json"):
        if path.exists():
            content = path.read_bytes()
            found = msgspec.json.decode(gzip.decompress(content) if path.suffix == ".gz" else content)
            break
    extras = directory / f"{name}.sdk-extras.json"
    if extras.exists():
        merge(found, msgspec.json.decode(extras.read_bytes()).get("merge", {}))
    return found


def merge(base: dict[str, Any], extra: dict[str, Any]) -> None:
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def pruned_model(model: dict[str, Any]) -> dict[str, Any]:
    """A service's model without documentation, examples and what only clients read."""
    return {
        "metadata": model["metadata"],
        "operations": {name: pruned_operation(each) for name, each in model["operations"].items()},
        "shapes": {name: pruned_shape(each) for name, each in model["shapes"].items()},
    }


def pruned_operation(operation: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in operation.items() if key not in PRUNED_FROM_OPERATIONS}
    for key in ("input", "output"):
        if key in kept:
            kept[key] = pruned(kept[key])
    if "errors" in kept:
        kept["errors"] = [each["shape"] for each in kept["errors"]]
    return kept


def pruned_shape(shape: dict[str, Any]) -> dict[str, Any]:
    kept = pruned(shape)
    for key in ("member", "key", "value"):
        if key in kept:
            kept[key] = pruned(kept[key])
    if "members" in kept:
        kept["members"] = {name: pruned(each) for name, each in kept["members"].items()}
    return kept


def pruned(traits: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in traits.items() if key not in PRUNED_FROM_SHAPES}
