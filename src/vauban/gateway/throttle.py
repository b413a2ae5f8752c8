"""Requests counted against quotas, where the operator wants that.

A bucket is the time at which it would be empty again (the generic cell rate algorithm, ITU-T I.371): it takes what
came in a second at once, and then as much as its rate. The buckets are in memory that all workers share, so a quota is
one for the whole server. They take no lock: of two requests in the same microsecond one may go uncounted.
"""

import mmap
import time
from collections.abc import Callable

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import Quota, Service
from vauban.kernel.resources import Resource

_SLOTS = 1 << 14
_PROBES = 16
_WORD = 8


class ThrottlingException(AwsError):
    """More calls came than a quota allows."""


class Buckets:
    """Two words a bucket: whose it is, and when it is empty. Make it before processes are forked."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 2 * _WORD * _SLOTS)
        self._words = memoryview(self._memory).cast("Q")

    def take(self, name: tuple[str, ...], rate: float, now: float) -> bool:
        """Whether one more request fits into the bucket at ``now`` (seconds); if so it is counted."""
        digest = hash(name) & 0xFFFF_FFFF_FFFF_FFFF
        slot = self._slot(digest, int(now * 1e6))
        moment = int(now * 1e6)
        interval = int(1e6 / rate)
        empty = max(self._words[slot + 1] if self._words[slot] == digest else 0, moment)
        if empty > moment + max(1_000_000 - interval, 0):
            return False
        self._words[slot] = digest
        self._words[slot + 1] = empty + interval
        return True

    def _slot(self, digest: int, moment: int) -> int:
        """The bucket's own slot, or one whose bucket is empty; where all near it are in use, it is shared."""
        start = digest % _SLOTS
        slots = [2 * ((start + step) % _SLOTS) for step in range(_PROBES)]
        for slot in slots:
            if self._words[slot] == digest:
                return slot
        return next((slot for slot in slots if self._words[slot + 1] <= moment), slots[0])


class Throttle:
    """Refuses calls that are too many."""

    def __init__(self, buckets: Buckets, now: Callable[[], float] = time.monotonic):
        """``now`` is in seconds, on a clock that all processes share."""
        self._buckets = buckets
        self._now = now

    def check(self, call: Call, service: Service, resources: tuple[Resource, ...]) -> None:
        """Count a call against the caller's quotas, once however often it is run. Raises ThrottlingException."""
        if service.quotas is not None:
            quotas = service.quotas(call, resources)
            call.once("counted", lambda: self._count(call, quotas))

    def _count(self, call: Call, quotas: tuple[Quota, ...]) -> bool:
        now, name = self._now(), call.service.upper()
        for quota in quotas:
            place = (call.principal.account or call.account, call.region, call.service, quota.name)
            if not self._buckets.take(place, quota.rate, now):
                raise ThrottlingException(
                    f"You have exceeded the rate at which you may call {name}. Reduce the frequency of your calls."
                )
        return True
