"""Key material: made, named, and checked when it comes from elsewhere."""

import os
from hashlib import sha256
from importlib import import_module
from typing import Any

from vauban.crypto.specs import SPECS

SYMMETRIC_SIZES = {"SYMMETRIC_DEFAULT": 32, "HMAC_224": 28, "HMAC_256": 32, "HMAC_384": 48, "HMAC_512": 64}
"""Bytes of the specs whose material is raw."""
RSA_SIZES = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
"""Bits of the modulus; the public exponent is 65537."""
CURVES = {
    "ECC_NIST_P256": "SECP256R1",
    "ECC_NIST_P384": "SECP384R1",
    "ECC_NIST_P521": "SECP521R1",
    "ECC_SECG_P256K1": "SECP256K1",
}
"""The curves' names in SEC 2."""
_MLDSA = "cryptography.hazmat.primitives.asymmetric.mldsa"
_MLKEM = "cryptography.hazmat.primitives.asymmetric.mlkem"
LATTICES = {
    "ML_DSA_44": (_MLDSA, "MLDSA44PrivateKey"),
    "ML_DSA_65": (_MLDSA, "MLDSA65PrivateKey"),
    "ML_DSA_87": (_MLDSA, "MLDSA87PrivateKey"),
    "ML_KEM_512": ("vauban.crypto.mlkem512", "MLKEM512PrivateKey"),
    "ML_KEM_768": (_MLKEM, "MLKEM768PrivateKey"),
    "ML_KEM_1024": (_MLKEM, "MLKEM1024PrivateKey"),
}
"""Key specs of FIPS 203 and 204 -> module and class of their private keys."""
MATERIAL_ID_DOMAIN = b"vauban kms key material id 1\0"


def generate(key_spec: str) -> bytes:
    """Fresh material: raw bytes for symmetric and HMAC specs, PKCS#8 DER for the others. Raises ValueError for others.

    RSA takes 0.1 to 1 s and lets other threads run meanwhile.
    """
    if key_spec in SYMMETRIC_SIZES:
        return os.urandom(SYMMETRIC_SIZES[key_spec])
    if key_spec in RSA_SIZES:
        return _generate_rsa(RSA_SIZES[key_spec])
    if key_spec in CURVES:
        return _generate_ec(CURVES[key_spec])
    if key_spec == "ECC_NIST_EDWARDS25519":
        return _generate_ed25519()
    if key_spec in LATTICES:
        return _generate_lattice(*LATTICES[key_spec])
    raise ValueError(f"{key_spec} is not a key spec that can be generated")


def can_generate(key_spec: str) -> bool:
    """Whether this server can make material of the key spec: ML-KEM-512 takes a package that not every one has."""
    if key_spec == "ML_KEM_512":
        from vauban.crypto.mlkem512 import is_available

        return is_available()
    return key_spec in SPECS


def can_import(key_spec: str) -> bool:
    """Whether material of the key spec may come from elsewhere: an ML-KEM key does as its seed."""
    return key_spec != "ML_KEM_512"


def material_id(key_id: str, material: bytes) -> str:
    """The ``KeyMaterialId``: 64 hex digits, the same for the same material of the same key, whatever the Region."""
    name = key_id.encode()
    return sha256(MATERIAL_ID_DOMAIN + len(name).to_bytes(4, "big") + name + material).hexdigest()


def check(key_spec: str, material: bytes) -> bytes:
    """Imported ``material`` in the encoding it is kept in, the same for the same key.

    Raises ValueError where it is not whole and sound material of ``key_spec``. An RSA key is checked in full (primes,
    exponents), which takes up to 0.3 s.
    """
    if key_spec in SYMMETRIC_SIZES:
        if len(material) != SYMMETRIC_SIZES[key_spec]:
            raise ValueError(f"Key material of {key_spec} is {SYMMETRIC_SIZES[key_spec]} bytes long")
        return material
    from vauban.crypto.private_keys import PrivateKey

    private_key = PrivateKey(material, trusted=False)
    if private_key.key_spec != key_spec:
        raise ValueError(f"The key material is of {private_key.key_spec}, not of {key_spec}")
    return private_key.encode()


# The asymmetric half of `cryptography` takes as long to import as all the rest, and few processes need it at once.


def _generate_rsa(bits: int) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return _pkcs8(rsa.generate_private_key(public_exponent=65537, key_size=bits))


def _generate_ec(curve: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec

    return _pkcs8(ec.generate_private_key(getattr(ec, curve)()))


def _generate_ed25519() -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return _pkcs8(ed25519.Ed25519PrivateKey.generate())


def _generate_lattice(module: str, name: str) -> bytes:
    """PKCS #8 with the seed alone (RFC 9881, RFC 9935); of ML-KEM-512, with the expanded key."""
    return _pkcs8(lattice_class(module, name).generate())


def lattice_class(module: str, name: str) -> Any:
    """A class of ``LATTICES``."""
    return getattr(import_module(module), name)


def _pkcs8(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
