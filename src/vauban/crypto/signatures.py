"""Signatures: RSASSA-PSS and RSASSA-PKCS1-v1_5 (RFC 8017), ECDSA in DER (FIPS 186-5), Ed25519 (RFC 8032), ML-DSA.

ML-DSA (FIPS 204) is the pure, hedged variant with an empty context. Ed25519ph is KMS's: it takes a digest for its
message, and hashes that again, as the variant does with every message.
"""

from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from vauban.crypto import ed25519ph
from vauban.crypto.specs import SPECS

HASHES = {"SHA_256": hashes.SHA256(), "SHA_384": hashes.SHA384(), "SHA_512": hashes.SHA512()}
OF_MESSAGES = frozenset({"ED25519_SHA_512", "ML_DSA_SHAKE_256"})
"""Algorithms that no digest can be given to."""
OF_DIGESTS = "ED25519_PH_SHA_512"
"""The one that nothing else can be given to."""
MU_SIZE = 64


def sign(key: Any, key_spec: str, message: bytes, algorithm: str, digest: bool) -> bytes:
    """Sign ``message``, or with ``digest`` the message that it is the digest of.

    Raises ValueError where the algorithm is not one of the key spec's, or a digest has not the length of its hash.
    """
    parameters = _parameters(key_spec, message, algorithm, digest)
    if algorithm == OF_DIGESTS:
        return ed25519ph.sign(key, message)
    return key.sign(message, *parameters)


def verify(key: Any, key_spec: str, message: bytes, signature: bytes, algorithm: str, digest: bool) -> bool:
    """Whether ``signature`` is one of the public ``key``. Raises ValueError as ``sign`` does."""
    parameters = _parameters(key_spec, message, algorithm, digest)
    if algorithm == OF_DIGESTS:
        return ed25519ph.verify(key, message, signature)
    try:
        key.verify(signature, message, *parameters)
    except InvalidSignature:
        return False
    return True


def sign_mu(key: Any, key_spec: str, mu: bytes) -> bytes:
    """Sign the message whose representative μ (FIPS 204 section 6.2) is ``mu``, with an ML-DSA key.

    Raises ValueError for a key of another kind, or where ``mu`` is not 64 bytes long.
    """
    _require_mu(key_spec, mu)
    return key.sign_mu(mu)


def verify_mu(key: Any, key_spec: str, mu: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of the public ``key``. Raises ValueError as ``sign_mu`` does."""
    _require_mu(key_spec, mu)
    try:
        key.verify_mu(signature, mu)
    except InvalidSignature:
        return False
    return True


def _require_mu(key_spec: str, mu: bytes) -> None:
    if "ML_DSA_SHAKE_256" not in SPECS[key_spec].signing_algorithms:
        raise ValueError(f"{key_spec} keys sign no message representatives")
    if len(mu) != MU_SIZE:
        raise ValueError(f"a message representative is {MU_SIZE} bytes long, not {len(mu)}")


def _parameters(key_spec: str, message: bytes, algorithm: str, digest: bool) -> tuple[Any, ...]:
    """What `cryptography` wants told after the message."""
    if algorithm not in SPECS[key_spec].signing_algorithms:
        raise ValueError(f"{algorithm} is not a signing algorithm of {key_spec} keys")
    if algorithm in OF_MESSAGES:
        if digest:
            raise ValueError(f"{algorithm} signs messages, not digests")
        return ()
    if algorithm == OF_DIGESTS and not digest:
        raise ValueError(f"{algorithm} signs digests, not messages")
    digest_size = _hash(algorithm).digest_size
    if digest and len(message) != digest_size:
        raise ValueError(f"a digest for {algorithm} is {digest_size} bytes long, not {len(message)}")
    return () if algorithm == OF_DIGESTS else _scheme(algorithm, digest)


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    return HASHES[algorithm[-7:]]


@cache
def _scheme(algorithm: str, digest: bool) -> tuple[Any, ...]:
    """KMS salts PSS with as many bytes as the digest has, and takes no other salt length for valid."""
    chosen = _hash(algorithm)
    hashed = Prehashed(chosen) if digest else chosen
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(hashed),)
    if algorithm.startswith("RSASSA_PSS"):
        return padding.PSS(mgf=padding.MGF1(chosen), salt_length=chosen.digest_size), hashed
    return padding.PKCS1v15(), hashed
