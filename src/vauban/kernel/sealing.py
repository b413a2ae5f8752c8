"""How secrets are kept from the disk. ``crypto`` implements it, ``storage`` uses it, ``server`` introduces the two."""

from typing import Protocol


class Sealer(Protocol):
    """Encrypts secret fields under the account's wrapping key (AES-256-GCM), bound to where they belong."""

    def seal(self, account: str, plaintext: bytes, binding: bytes) -> bytes: ...

    def unseal(self, account: str, sealed: bytes, binding: bytes) -> bytes:
        """Raises ``ValueError`` where ``sealed`` was altered, or belongs to another account or binding."""
        ...
