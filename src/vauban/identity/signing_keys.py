"""Keys derived from a secret access key for a day, a Region and a service.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
from hashlib import sha256

_BLOCK_BYTES = 64


class SigningKey:
    """Computes HMAC-SHA256 with both padded halves of the key hashed beforehand (RFC 2104 §4), at half the cost."""

    __slots__ = ("_inner", "_outer", "scope")

    def __init__(self, secret_access_key: bytes, date: str, region: str, service: str):
        self.scope = f"{date}/{region}/{service}/aws4_request"
        key = b"AWS4" + secret_access_key
        for part in (date, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def sign(self, algorithm: str, time: str, rest: str) -> str:
        """The signature, in hex, of a string to sign: algorithm, time, this key's scope, and ``rest``."""
        inner = self._inner.copy()
        inner.update(f"{algorithm}\n{time}\n{self.scope}\n{rest}".encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()
