"""One page of memory that the processes of a server share: which records and collections changed.

The page is an anonymous mapping made before the processes are forked. One process writes it: the writer, after each
commit and before it answers for it. A worker compares one number per call, and where that has moved, drops what
changed from its cache: so whatever was acknowledged to anyone is seen by everyone.

Why this is safe without a lock. Every slot is an aligned 8-byte word, stored and loaded through a ``Q`` memoryview,
which CPython does in one move of 8 bytes: no word is ever seen half-written, on x86-64 and ARM64 alike. The order of
words matters: ring slots are stored after ``RESERVED`` (how far the ring may have been overwritten) and before
``POSITION`` (how far it may be read); a reader loads them the other way round. x86-64 keeps that order by itself, ARM64
by the barriers between them: a release followed by an acquire of one lock, which it never reorders nor lets anything
cross. And a client that was answered, then asks another worker, is ordered behind the writer's stores by the sockets it
used.
"""

import mmap
import threading
from collections.abc import Sequence

POSITION, RESERVED, CLOCK, OUTBOX = 0, 1, 2, 3
_RING = 8
_SLOTS = 8192
_WORD = 8


def digest(key: tuple[str, ...]) -> int:
    """8 bytes that stand for a record's identity or a collection, alike in all processes forked from one.

    SipHash under the interpreter's random key, so nobody can choose names that collide; and if two do, a cache holds
    only one of them.
    """
    return hash(key) & 0xFFFF_FFFF_FFFF_FFFF


class Page:
    """The shared page. ``publish`` belongs to the one writer."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _WORD * (_RING + 2 * _SLOTS))
        self.words = memoryview(self._memory).cast("Q")
        """``words[POSITION]``: how many changes were ever published; what a worker compares."""
        self._clock = memoryview(self._memory).cast("q")
        self._lock = threading.Lock()
        self._lock.acquire()

    @property
    def position(self) -> int:
        return self.words[POSITION]

    def publish(self, digests: Sequence[int], version: int) -> int:
        """Tell that these changed with the commit of ``version``; the new position."""
        words = self.words
        start = words[POSITION]
        words[RESERVED] = start + len(digests)
        self._barrier()
        for position, digest in enumerate(digests[-_SLOTS:], start + max(0, len(digests) - _SLOTS)):
            slot = _RING + 2 * (position % _SLOTS)
            words[slot] = digest
            words[slot + 1] = version
        self._barrier()
        words[POSITION] = start + len(digests)
        self._barrier()
        return start + len(digests)

    def changes(self, after: int, up_to: int) -> list[tuple[int, int]] | None:
        """Digest and version of each change at positions ``after < position <= up_to``; None where the ring no longer
        holds them all."""
        self._barrier()
        words = self.words
        slots = [_RING + 2 * (position % _SLOTS) for position in range(max(after, up_to - _SLOTS), up_to)]
        found = [(words[slot], words[slot + 1]) for slot in slots]
        self._barrier()
        return found if words[RESERVED] - after <= _SLOTS else None

    @property
    def outbox(self) -> int:
        """The position of the newest event written since the page was made."""
        return self.words[OUTBOX]

    @outbox.setter
    def outbox(self, position: int) -> None:
        self.words[OUTBOX] = position

    @property
    def clock_offset(self) -> int:
        """How far the virtual clock is ahead of real time, in microseconds."""
        return self._clock[CLOCK]

    @clock_offset.setter
    def clock_offset(self, microseconds: int) -> None:
        self._clock[CLOCK] = microseconds

    def _barrier(self) -> None:
        self._lock.release()
        self._lock.acquire()
