"""Markers: where the next page of a list begins. Opaque to callers, bound to the list that gave them."""

import base64
import binascii
import hashlib

_CHECK_BYTES = 8
_MOST_CHARACTERS = 4096


def marker(scope: str, after: str) -> str:
    """A URL-safe marker for what stands behind ``after`` in the list ``scope`` (``kms:ListKeys/111122223333``)."""
    text = after.encode()
    return base64.urlsafe_b64encode(_check(scope, text) + text).decode().rstrip("=")


def after(scope: str, marker: str) -> str:
    """What ``marker`` stands behind. Raises ValueError for anything not made here for that list."""
    if len(marker) > _MOST_CHARACTERS:
        raise ValueError("a marker is not this long")
    try:
        raw = base64.b64decode(marker + "=" * (-len(marker) % 4), altchars=b"-_", validate=True)
        check, text = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:].decode()
    except (binascii.Error, UnicodeError):
        raise ValueError("not a marker") from None
    if check != _check(scope, raw[_CHECK_BYTES:]):
        raise ValueError("not a marker of this list")
    return text


def _check(scope: str, text: bytes) -> bytes:
    """Catches markers cut, edited or given to another list; it keeps no secret, as a marker grants nothing."""
    return hashlib.blake2b(text, key=hashlib.sha256(scope.encode()).digest(), digest_size=_CHECK_BYTES).digest()
