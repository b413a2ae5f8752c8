"""How a target group finds out about its targets: what may be said of it, and what holds where nothing is said."""

import re
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.services.elbv2.errors import InvalidConfigurationRequestException, unsupported

TRAFFIC_PORT = "traffic-port"
MEMBERS = (
    *("HealthCheckProtocol", "HealthCheckPort", "HealthCheckEnabled", "HealthCheckPath", "HealthCheckIntervalSeconds"),
    *("HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher"),
)
_PROTOCOLS = ("HTTP", "HTTPS")
_CODES = re.compile(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*")
_LOWEST, _HIGHEST = 200, 499
_PATH = re.compile(r"/[\x21-\x7e]*")


def defaults() -> dict[str, Any]:
    """Of a target group of instances or IP addresses, over HTTP whatever its own protocol is."""
    return {
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": TRAFFIC_PORT,
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"},
    }


def checked(known: dict[str, Any], asked: dict[str, Any], protocol: str) -> dict[str, Any]:
    """``known`` with what a request asks for. Raises ValidationException or InvalidConfigurationRequestException."""
    wanted = {**known, **asked}
    if wanted["HealthCheckProtocol"] not in _PROTOCOLS:
        raise InvalidConfigurationRequestException(
            f"Health check protocol '{wanted['HealthCheckProtocol']}' is not supported for target groups with the "
            f"protocol '{protocol}'"
        )
    _require_port(wanted["HealthCheckPort"])
    _require_matcher(wanted["Matcher"])
    if not wanted["HealthCheckEnabled"]:
        raise InvalidConfigurationRequestException(
            "Health check enabled must be true for target groups with target type 'instance' or 'ip'"
        )
    if _PATH.fullmatch(wanted["HealthCheckPath"]) is None:
        raise ValidationException(f"Health check path '{wanted['HealthCheckPath']}' must begin with a '/' character")
    interval, timeout = wanted["HealthCheckIntervalSeconds"], wanted["HealthCheckTimeoutSeconds"]
    if timeout >= interval:
        raise ValidationException(f"Health check interval '{interval}' must be greater than the timeout '{timeout}'")
    return wanted


def _require_port(port: str) -> None:
    if port == TRAFFIC_PORT or (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        return
    raise ValidationException(
        f"Health check port '{port}' must be '{TRAFFIC_PORT}' or a port number between 1 and 65535"
    )


def _require_matcher(matcher: dict[str, str]) -> None:
    if "GrpcCode" in matcher:
        raise unsupported("Matcher.GrpcCode")
    codes = matcher.get("HttpCode", "")
    ranges = [each.split("-") for each in codes.split(",")] if _CODES.fullmatch(codes) else [["0"]]
    if not all(_LOWEST <= int(low) <= int(high) <= _HIGHEST for low, *_, high in (each * 2 for each in ranges)):
        raise ValidationException(
            f"Health check matcher HTTP code '{codes}' must be within '{_LOWEST}-{_HIGHEST}' inclusive"
        )
