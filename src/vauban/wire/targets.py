"""What a request is aimed at."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """The operation a request names. Targets of operations are shared between requests: never change one."""

    service: str
    """boto3's name: ``kms``."""
    operation: str | None
    """None where the service is not one that is served, so that nothing more of it is known."""
    protocol: str
    """json, query, ec2, rest-json, rest-xml or smithy-rpc-v2-cbor."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of a REST request: the URI's labels, decoded."""
    form: Mapping[str, str] | None = None
    """Of a query request: its fields."""
