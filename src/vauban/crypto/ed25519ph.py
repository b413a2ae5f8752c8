"""Ed25519ph, the variant of Ed25519 that signs hashes (RFC 8032 section 5.1), with an empty context.

``cryptography`` has the pure variant only. This one is PyCryptodome's, imported when the first such signature is asked
for.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sign(key: Ed25519PrivateKey, message: bytes) -> bytes:
    """The 64-byte signature of ``message``, which is hashed with SHA-512 first."""
    from Crypto.Hash import SHA512
    from Crypto.Signature import eddsa

    return eddsa.new(eddsa.import_private_key(key.private_bytes_raw()), "rfc8032").sign(SHA512.new(message))


def verify(key: Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``message`` by the public ``key``."""
    from Crypto.Hash import SHA512
    from Crypto.Signature import eddsa

    try:
        eddsa.new(eddsa.import_public_key(key.public_bytes_raw()), "rfc8032").verify(SHA512.new(message), signature)
    except ValueError:
        return False
    return True
