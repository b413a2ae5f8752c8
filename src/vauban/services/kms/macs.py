"""GenerateMac and VerifyMac."""

from typing import Any

from vauban.crypto import macs
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.kms.errors import DryRunOperationException, KMSInvalidMacException
from vauban.services.kms.materials import current_material
from vauban.services.kms.resolvers import usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_algorithm, require_usage


@operation("GenerateMac", on=usable_key("KeyId"))
def generate_mac(call: Call, key: Key, message: bytes, mac_algorithm: str, dry_run: bool = False) -> dict[str, Any]:
    _require_mac(call, key, mac_algorithm)
    if dry_run:
        raise DryRunOperationException
    mac = macs.mac(current_material(call, key).material, message, mac_algorithm)
    return {"Mac": mac, "MacAlgorithm": mac_algorithm, "KeyId": key.arn}


@operation("VerifyMac", on=usable_key("KeyId"))
def verify_mac(
    call: Call, key: Key, message: bytes, mac_algorithm: str, mac: bytes, dry_run: bool = False
) -> dict[str, Any]:
    _require_mac(call, key, mac_algorithm)
    if dry_run:
        raise DryRunOperationException
    if not macs.verify_mac(current_material(call, key).material, message, mac, mac_algorithm):
        raise KMSInvalidMacException
    return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": mac_algorithm}


def _require_mac(call: Call, key: Key, algorithm: str) -> None:
    require_usage(call, key, "GENERATE_VERIFY_MAC")
    require_algorithm(key, algorithm, key.spec.mac_algorithms)
