"""Secrets sealed on their way to disk.

    01 | generation of the wrapping key (2) | nonce (16) | IV (12) | ciphertext | tag (16)

Account and binding are authenticated with it: a sealed secret that is moved to another record does not open.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.crypto.derivation import MessageKeys
from vauban.crypto.roots import Keyring

VERSION = b"\x01"
ACCOUNT_LABEL = b"vauban account wrapping key 1"
SECRET_LABEL = b"vauban sealed secret 1"
NONCE_AT = 3
IV_AT = 19
CIPHERTEXT_AT = 31
SMALLEST_SIZE = CIPHERTEXT_AT + 16


class AccountSealer:
    """Implements ``kernel.sealing.Sealer``."""

    def __init__(self, keyring: Keyring):
        self._keyring = keyring
        self._newest = VERSION + keyring.newest.to_bytes(2, "big")
        self._account_keys = lru_cache(maxsize=1024)(self._derive)

    @classmethod
    def ephemeral(cls) -> "AccountSealer":
        """A sealer whose keys are nowhere but in this process, and end with it."""
        return cls(Keyring())

    def seal(self, account: str, plaintext: bytes, binding: bytes) -> bytes:
        """``plaintext``, sealed for the account and bound to where it belongs; 47 bytes longer."""
        random = os.urandom(CIPHERTEXT_AT - NONCE_AT)
        start = self._newest + random
        key = self._account_keys(account, self._newest).derive(random[: IV_AT - NONCE_AT])
        return start + AESGCM(key).encrypt(start[IV_AT:], plaintext, _authenticated(start, account, binding))

    def unseal(self, account: str, sealed: bytes, binding: bytes) -> bytes:
        """Raises ValueError where ``sealed`` was altered, or belongs to another account or binding."""
        if len(sealed) < SMALLEST_SIZE or not sealed.startswith(VERSION):
            raise ValueError("this is no sealed secret")
        start = sealed[:CIPHERTEXT_AT]
        key = self._account_keys(account, start[:NONCE_AT]).derive(start[NONCE_AT:IV_AT])
        try:
            return AESGCM(key).decrypt(start[IV_AT:], sealed[CIPHERTEXT_AT:], _authenticated(start, account, binding))
        except InvalidTag:
            raise ValueError("a sealed secret was altered, or belongs elsewhere") from None

    def _derive(self, account: str, generation: bytes) -> MessageKeys:
        wrapping_key = self._keyring.key(int.from_bytes(generation[1:], "big"))
        return MessageKeys(MessageKeys(wrapping_key, ACCOUNT_LABEL).derive(account.encode()), SECRET_LABEL)


def _authenticated(start: bytes, account: str, binding: bytes) -> bytes:
    name = account.encode()
    return start[:NONCE_AT] + len(name).to_bytes(4, "big") + name + binding
