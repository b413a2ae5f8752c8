"""A key for each message: NIST SP 800-108r1 key derivation in counter mode, HMAC-SHA256, one block."""

from hashlib import sha256

_BLOCK_BYTES = 64
COUNTER = (1).to_bytes(4, "big")
KEY_BITS = (256).to_bytes(4, "big")


class MessageKeys:
    """The 256-bit keys derived from one key for one purpose.

    Each message having a key of its own, no key meets the limit of 2^32 random nonces that SP 800-38D sets AES-GCM.
    Keeps both halves of the HMAC (RFC 2104 section 2) hashed up to where messages differ, at less than half the cost.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, label: bytes):
        """Raises ValueError for a key of more than 64 bytes, which HMAC would hash first."""
        if len(key) > _BLOCK_BYTES:
            raise ValueError("a key to derive from has 64 bytes at most")
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded) + COUNTER + label + b"\0")
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def derive(self, context: bytes) -> bytes:
        """``K(1) = HMAC(key, [1] || label || 0x00 || context || [256])``, section 4.1."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(context + KEY_BITS)
        outer.update(inner.digest())
        return outer.digest()
