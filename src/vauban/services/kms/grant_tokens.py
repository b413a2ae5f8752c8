"""Grant tokens: a new string each time, that says which grant it is of.

Our grants are in force as soon as they are created, so a token gives no permission; it must still be a token, and
RetireGrant finds its grant by it. A token is base64url of a version, random bytes, the grant's id and a checksum.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256

from vauban.services.kms.errors import InvalidGrantTokenException

VERSION = b"\x01"
SALT_SIZE = 15
GRANT_ID_SIZE = 32
CHECKSUM_SIZE = 12
SIZE = len(VERSION) + SALT_SIZE + GRANT_ID_SIZE + CHECKSUM_SIZE


def grant_token(grant_id: str, salt: bytes) -> str:
    """A token of the grant; ``salt`` is ``SALT_SIZE`` random bytes, ``grant_id`` 64 hex digits."""
    body = VERSION + salt + bytes.fromhex(grant_id)
    return urlsafe_b64encode(body + _checksum(body)).decode()


def grant_id_of(token: str) -> str:
    """The id of the grant a token is of. Raises InvalidGrantTokenException for what is no token."""
    try:
        decoded = urlsafe_b64decode(token.encode("ascii"))
    except (Error, ValueError):
        raise InvalidGrantTokenException("The grant token is not valid.") from None
    body, checksum = decoded[:-CHECKSUM_SIZE], decoded[-CHECKSUM_SIZE:]
    if len(decoded) != SIZE or not body.startswith(VERSION) or checksum != _checksum(body):
        raise InvalidGrantTokenException("The grant token is not valid.")
    return body[-GRANT_ID_SIZE:].hex()


def _checksum(body: bytes) -> bytes:
    return sha256(b"vauban kms grant token\0" + body).digest()[:CHECKSUM_SIZE]
