"""Every service AWS has, in a line each: so that a call to one Vauban does not have is still answered by name."""

import gzip
from collections import defaultdict
from functools import cache
from typing import Any

import msgspec

from vauban.aws import disk, sources

KEPT_AS = "catalog"
HEAD_SIZE = 8_192
"""A model opens with its metadata; this much of it holds them."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    name: str
    """boto3's name."""
    service_id: str
    full_name: str
    api_version: str
    protocols: tuple[str, ...]
    signing_name: str
    endpoint_prefix: str
    target_prefix: str
    json_version: str


class Catalog:
    """The services, and the ways in which a request names one."""

    def __init__(self, entries: list[Entry]):
        self.services = {entry.name: entry for entry in entries}
        prefixes = grouped(entries, "target_prefix")
        self.by_target_prefix = {prefix.rpartition(".")[2]: group for prefix, group in prefixes.items()} | prefixes
        """What stands before the last dot of ``X-Amz-Target``; also the service of an RPC v2 path.

        Of ``com.amazonaws.….CloudTrail_20131101`` the SDKs of newer make send the last part alone.
        """
        self.by_signing_name: dict[str, tuple[Entry, ...]] = grouped(entries, "signing_name")
        self.by_endpoint_prefix: dict[str, tuple[Entry, ...]] = grouped(entries, "endpoint_prefix")
        """The first labels of the host: ``kms``, ``monitoring``."""
        self.by_query_version: dict[str, tuple[Entry, ...]] = grouped(
            [entry for entry in entries if {"query", "ec2"} & set(entry.protocols)], "api_version"
        )
        """``Version`` of the services that speak the query protocols."""


def grouped(entries: list[Entry], attribute: str) -> dict[str, tuple[Entry, ...]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if value := getattr(entry, attribute):
            groups[value].append(entry)
    return {value: tuple(group) for value, group in groups.items()}


@cache
def catalog() -> Catalog:
    """The catalog of all services botocore knows; kept on disk once worked out."""
    payload = disk.read(KEPT_AS)
    if payload is not None:
        try:
            return Catalog(msgspec.msgpack.decode(payload, type=list[Entry]))
        except msgspec.MsgspecError:
            pass
    entries = [entry(service, metadata(service)) for service in sources.service_names()]
    disk.write(KEPT_AS, msgspec.msgpack.encode(entries))
    return Catalog(entries)


def entry(service: str, metadata: dict[str, Any]) -> Entry:
    protocols = tuple(metadata.get("protocols") or (metadata["protocol"],))
    if "awsQueryCompatible" in metadata and "query" not in protocols:
        protocols = (*protocols, "query")
    return Entry(
        name=service,
        service_id=metadata["serviceId"],
        full_name=metadata["serviceFullName"],
        api_version=metadata["apiVersion"],
        protocols=protocols,
        signing_name=metadata.get("signingName", metadata["endpointPrefix"]),
        endpoint_prefix=metadata["endpointPrefix"],
        target_prefix=metadata.get("targetPrefix", ""),
        json_version=metadata.get("jsonVersion", ""),
    )


def metadata(service: str) -> dict[str, Any]:
    """A model's metadata, from its first bytes where they hold them."""
    with gzip.open(sources.newest(service) / sources.SERVICE_FILE) as file:
        head = file.read(HEAD_SIZE)
    start, end = head.find(b'"metadata"'), head.find(b'"operations"')
    if 0 <= start < end:
        return msgspec.json.decode(b"{" + head[start:end].rstrip().rstrip(b",") + b"}")["metadata"]
    return sources.document(service, "service-2")["metadata"]
