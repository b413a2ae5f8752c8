"""Key material wrapped by its owner for import ("Importing key material" in the KMS guide)."""

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.materials import RSA_SIZES

if TYPE_CHECKING:
    from vauban.crypto.private_keys import PrivateKey

OAEP_OF = {
    "RSAES_OAEP_SHA_1": "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256": "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1": "RSAES_OAEP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256": "RSAES_OAEP_SHA_256",
}
"""Wrapping algorithm -> how its RSA part is encrypted."""


def unwrap_import(key: "PrivateKey", wrapped: bytes, algorithm: str) -> bytes:
    """The material that was wrapped for ``key``, not yet checked to be any key spec's: see ``materials.check``.

    RSA_AES_KEY_WRAP is ``CKM_RSA_AES_KEY_WRAP``: a 256-bit AES key by OAEP, then the material under that key by AES
    key wrap with padding (RFC 5649). Raises ValueError for another algorithm, InvalidCiphertext for any other fault.
    """
    if algorithm not in OAEP_OF:
        raise ValueError(f"{algorithm} is not a wrapping algorithm")
    if algorithm.startswith("RSAES"):
        return key.decrypt(wrapped, OAEP_OF[algorithm])
    size = RSA_SIZES[key.key_spec] // 8
    wrapping_key = key.decrypt(wrapped[:size], OAEP_OF[algorithm])
    if len(wrapping_key) != 32:
        raise InvalidCiphertext
    try:
        return aes_key_unwrap_with_padding(wrapping_key, wrapped[size:])
    except InvalidUnwrap:
        raise InvalidCiphertext from None
