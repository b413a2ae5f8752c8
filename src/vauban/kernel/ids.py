"""Request ids, event ids and authorization ids, in AWS's forms, cheap enough for every call."""

import os
import secrets
from itertools import count


class _Sequence:
    """UUIDs of one process: a random start, then one more each time. Unique, and worth nothing to guess."""

    __slots__ = ("next_number", "start")

    def __init__(self) -> None:
        digits = os.urandom(16).hex()
        self.start = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-"
        self.next_number = count(secrets.randbits(47)).__next__


_sequence = _Sequence()
os.register_at_fork(after_in_child=_sequence.__init__)


def request_id() -> str:
    """An id in the form of a version 4 UUID (RFC 9562 §5.4), for a request or an event."""
    return f"{_sequence.start}{_sequence.next_number():012x}"


def authorization_id() -> str:
    """What a denial carries and `vauban explain` takes: IAM's ``[0-9a-z]+``."""
    return secrets.token_hex(16)
