"""The next rotation of a secret: a window by its rules, and some time within it."""

from datetime import datetime, timedelta

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.secretsmanager.resources import Secret
from vauban.services.secretsmanager.rotation_rules import Rotation, Window


def scheduled(call: Call, rotation: Rotation) -> Rotation:
    """``rotation`` with its next window after now."""
    window = rotation.next_window(call.now) if rotation.enabled else None
    if window is None:
        return replace(rotation, window_starts=None, window_ends=None, rotates_at=None)
    return replace(rotation, window_starts=window.start, window_ends=window.end, rotates_at=_within(call, window))


def rescheduled(call: Call, secret: Secret) -> Secret:
    """The secret after its value changed by hand, which counts as a rotation; a cron schedule stays as it is."""
    rotation = secret.rotation
    if rotation is None or not rotation.enabled or rotation.expression.startswith("cron"):
        return secret
    return replace(secret, rotation=scheduled(call, rotation))


def _within(call: Call, window: Window) -> datetime:
    """Some second of the window, each as likely as any other, but none that is past."""
    start = max(window.start, call.now)
    seconds = max(int((window.end - start).total_seconds()), 1)
    return start + timedelta(seconds=int.from_bytes(call.random(8)) % seconds)
