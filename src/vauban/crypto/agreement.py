"""Key agreement: elliptic curve cofactor Diffie-Hellman (NIST SP 800-56Ar3 section 5.7.1.2)."""

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vauban.crypto.specs import SPECS


def shared_secret(key: Any, key_spec: str, peer_spki_der: bytes) -> bytes:
    """The raw shared secret: the x coordinate, as long as the curve's field.

    Raises ValueError where the peer's key is malformed, not on the key's curve, or the key is not one that agrees.
    """
    if "ECDH" not in SPECS[key_spec].key_agreement_algorithms:
        raise ValueError(f"ECDH is not a key agreement algorithm of {key_spec} keys")
    try:
        peer = load_der_public_key(peer_spki_der)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("the peer's public key is no valid SubjectPublicKeyInfo in DER") from None
    if not isinstance(peer, ec.EllipticCurvePublicKey) or peer.curve.name != key.curve.name:
        raise ValueError(f"the peer's public key is not on the curve of {key_spec}")
    return key.exchange(ec.ECDH(), peer)
