"""Request ids, event ids and authorization ids, in AWS's forms, cheap enough for every call."""

import os
import secrets

_POOL_BYTES = 4096


class _Pool:
    """Random hex digits drawn from the system 4 KiB at a time."""

    __slots__ = ("digits", "position")

    def __init__(self) -> None:
        self.digits = ""
        self.position = 0

    def take(self) -> str:
        """32 hex digits, never handed out twice."""
        position = self.position
        if position >= len(self.digits):
            self.digits = os.urandom(_POOL_BYTES).hex()
            position = 0
        self.position = position + 32
        return self.digits[position : position + 32]


_pool = _Pool()
os.register_at_fork(after_in_child=_pool.__init__)


def request_id() -> str:
    """A version 4 UUID (RFC 9562 §5.4)."""
    digits = _pool.take()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def authorization_id() -> str:
    """What a denial carries and `vauban explain` takes: IAM's ``[0-9a-z]+``."""
    return secrets.token_hex(16)
