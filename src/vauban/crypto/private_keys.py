"""Private keys, loaded once and kept: what one can do is in signatures, encryption, agreement, encapsulation."""

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from vauban.crypto import agreement, encapsulation, encryption, mlkem512, signatures
from vauban.crypto.materials import CURVES, LATTICES, RSA_SIZES, lattice_class

SPEC_OF_CURVE = {curve.lower(): spec for spec, curve in CURVES.items()}
SPEC_OF_SIZE = {bits: spec for spec, bits in RSA_SIZES.items()}
CLASS_OF_SPEC = {spec: lattice_class(*where) for spec, where in LATTICES.items()}


class PrivateKey:
    """The private key of an asymmetric KMS key."""

    __slots__ = ("_key", "_public", "key_spec", "public_der")

    def __init__(self, pkcs8_der: bytes, *, trusted: bool = True):
        """Raises ValueError where ``pkcs8_der`` is no key of a key spec.

        ``trusted`` skips the slow proof that an RSA key is sound: right for material that came from ``generate`` or
        was checked when it was imported.
        """
        try:
            self._key = _load(pkcs8_der, trusted)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("the key material is no valid PKCS #8 private key in DER") from None
        self.key_spec = _key_spec(self._key)
        self._public = self._key.public_key()
        self.public_der = self._public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        """The public key, a SubjectPublicKeyInfo in DER."""

    @property
    def public_pkcs1(self) -> bytes:
        """The public key of an RSA key, an RSAPublicKey (RFC 8017) in DER."""
        return self._public.public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def encode(self) -> bytes:
        """PKCS #8 in DER, the same for the same key, whatever the encoding it came in."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, message: bytes, algorithm: str, digest: bool = False) -> bytes:
        """A signature of ``message``, or of what it is the digest of. See ``signatures.sign``."""
        return signatures.sign(self._key, self.key_spec, message, algorithm, digest)

    def verify(self, message: bytes, signature: bytes, algorithm: str, digest: bool = False) -> bool:
        """Whether ``signature`` is this key's. See ``signatures.verify``."""
        return signatures.verify(self._public, self.key_spec, message, signature, algorithm, digest)

    def sign_mu(self, mu: bytes) -> bytes:
        """See ``signatures.sign_mu``."""
        return signatures.sign_mu(self._key, self.key_spec, mu)

    def verify_mu(self, mu: bytes, signature: bytes) -> bool:
        """See ``signatures.verify_mu``."""
        return signatures.verify_mu(self._public, self.key_spec, mu, signature)

    def encapsulate(self) -> tuple[bytes, bytes]:
        """See ``encapsulation.encapsulate``."""
        return encapsulation.encapsulate(self._public, self.key_spec)

    def decapsulate(self, encapsulated: bytes) -> bytes:
        """See ``encapsulation.decapsulate``."""
        return encapsulation.decapsulate(self._key, self.key_spec, encapsulated)

    def encrypt(self, plaintext: bytes, algorithm: str) -> bytes:
        """See ``encryption.encrypt``."""
        return encryption.encrypt(self._public, self.key_spec, plaintext, algorithm)

    def decrypt(self, ciphertext: bytes, algorithm: str) -> bytes:
        """See ``encryption.decrypt``."""
        return encryption.decrypt(self._key, self.key_spec, ciphertext, algorithm)

    def shared_secret(self, peer_spki_der: bytes) -> bytes:
        """See ``agreement.shared_secret``."""
        return agreement.shared_secret(self._key, self.key_spec, peer_spki_der)


def _load(pkcs8_der: bytes, trusted: bool) -> Any:
    if pkcs8_der.startswith(mlkem512.PKCS8):
        return mlkem512.MLKEM512PrivateKey.load(pkcs8_der)
    return load_der_private_key(pkcs8_der, None, unsafe_skip_rsa_key_validation=trusted)


def _key_spec(key: object) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        spec = SPEC_OF_SIZE.get(key.key_size)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        spec = SPEC_OF_CURVE.get(key.curve.name)
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        spec = "ECC_NIST_EDWARDS25519"
    else:
        spec = next((name for name, kind in CLASS_OF_SPEC.items() if isinstance(key, kind)), None)
    if spec is None:
        raise ValueError("the key material is of no supported key spec")
    return spec
