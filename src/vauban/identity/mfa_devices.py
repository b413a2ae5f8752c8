"""Virtual MFA devices: seeds, and whether a code is right.

Codes are those of RFC 6238 with HMAC-SHA-1, 30 seconds and six digits, as authenticator apps make them. Each is good
once: the newest time step used is kept, and no code of it or before is taken again.
"""

import hmac
from dataclasses import field, replace
from datetime import datetime

from vauban.identity.arns import identity_arn
from vauban.kernel.records import Scope, record, secret

STEP_SECONDS = 30
DIGITS = 6
SEED_BYTES = 40
"""AWS's own: 64 characters of base32."""
_TOLERATED_STEPS = 1
"""How far a code may be from the device's own time."""
_SYNCHRONIZED_STEPS = 20
"""How far a device's clock may be off when it shows two codes."""


@record("identity:MfaDevice", id="serial_number", scope=Scope.ACCOUNT, indexes={"user": "holder"})
class MfaDevice:
    account: str
    serial_number: str
    """Its ARN."""
    name: str
    created: datetime
    seed: bytes = secret()
    path: str = "/"
    user_name: str = ""
    """Whose it is; ``""`` while it is nobody's."""
    enabled: datetime | None = None
    drift_steps: int = 0
    """By how many steps its clock was ahead of ours when it was last synchronized."""
    last_step: int = -1
    """The newest time step (30 s since the epoch) of which a code was taken."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def holder(self) -> str | None:
        return self.user_name or None


def serial_number(account: str, path: str, name: str) -> str:
    return identity_arn(account, "mfa", path, name)


def verify(device: MfaDevice, code: str, time: float) -> MfaDevice | None:
    """The device with the code used up, to be kept; None where the code is wrong or was taken before.

    ``time`` is real time, in seconds since the epoch: no clock of ours moves the user's device.
    """
    now = _step(time) + device.drift_steps
    found = None
    for step in range(now - _TOLERATED_STEPS, now + _TOLERATED_STEPS + 1):
        if _matches(device, step, code) and step > device.last_step:
            found = step
    return None if found is None else replace(device, last_step=found)


def synchronize(device: MfaDevice, code1: str, code2: str, time: float) -> MfaDevice | None:
    """The device set by two consecutive codes, to be kept; None where they are not that."""
    now = _step(time)
    found = None
    for step in range(now - _SYNCHRONIZED_STEPS, now + _SYNCHRONIZED_STEPS + 1):
        if _matches(device, step, code1) & _matches(device, step + 1, code2) and step > device.last_step:
            found = step + 1
    # The user reads two codes, so that the second may be of now or of the step that comes.
    return None if found is None else replace(device, last_step=found, drift_steps=_drift(found - now))


def code_at(seed: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 §5.3)."""
    digest = hmac.digest(seed, step.to_bytes(8), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _matches(device: MfaDevice, step: int, code: str) -> bool:
    return hmac.compare_digest(code_at(device.seed, step).encode(), code.encode())


def _step(time: float) -> int:
    return int(time // STEP_SECONDS)


def _drift(steps: int) -> int:
    return 0 if abs(steps) <= _TOLERATED_STEPS else steps
