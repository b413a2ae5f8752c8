"""Second factors shown with a call."""

from collections import deque

from vauban.identity.mfa_devices import MfaDevice, verify
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.stores import World

_FAILED = "MultiFactorAuthentication failed"
_WRONG = f"{_FAILED} with invalid MFA one time pass code. "
MOST_TRIES = 10
TRIES_SECONDS = 300
"""How many wrong codes of one device are told from right ones, and within what time."""

_tries: dict[str, deque[float]] = {}
"""When wrong codes were shown, by serial number: of this process, and forgotten with it."""


def shown(call: Call, world: World) -> float | None:
    """When the caller showed a second factor: now, or None where the call brings none.

    The code is used up with the call. Raises AccessDeniedException where it is not the caller's device's.
    """
    serial_number, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if serial_number is None and code is None:
        return None
    if serial_number is None or code is None:
        raise AccessDeniedException(f"{_FAILED}, must provide both MFA serial number and one time pass code.")
    records = world.at(call.principal.account, "")
    device = records.get(MfaDevice, serial_number)
    if device is None or not _is_of_caller(device, call):
        raise AccessDeniedException(
            f"{_FAILED}, unable to validate MFA code.  Please verify your MFA serial number is valid and associated "
            "with this user."
        )
    records.put(_used(device, code, call.real_time))
    return call.time


def _is_of_caller(device: MfaDevice, call: Call) -> bool:
    principal = call.principal
    lasting = principal.session is None and principal.kind in ("user", "root")
    return lasting and device.enabled is not None and device.user_name == principal.name


def _used(device: MfaDevice, code: str, now: float) -> MfaDevice:
    """The device with the code used up. Raises AccessDeniedException, also for a right code after many wrong ones."""
    tries = _tries.setdefault(device.serial_number, deque(maxlen=MOST_TRIES))
    if len(tries) == MOST_TRIES and now - tries[0] < TRIES_SECONDS:
        raise AccessDeniedException(_WRONG)
    used = verify(device, code, now)
    if used is None:
        tries.append(now)
        raise AccessDeniedException(_WRONG)
    del _tries[device.serial_number]
    return used
