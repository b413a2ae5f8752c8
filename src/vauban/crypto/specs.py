"""Key specs, and what each may be used for.

Sources: ``KeySpec`` and ``KeyUsage`` of CreateKey in the KMS API reference; "Key spec reference" in the KMS guide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENCRYPT_DECRYPT = "ENCRYPT_DECRYPT"
SIGN_VERIFY = "SIGN_VERIFY"
GENERATE_VERIFY_MAC = "GENERATE_VERIFY_MAC"
KEY_AGREEMENT = "KEY_AGREEMENT"
ENCAPSULATE_DECAPSULATE = "ENCAPSULATE_DECAPSULATE"

RSA_SIGNING = (
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
)


@dataclass(frozen=True)
class KeySpec:
    name: str
    usages: tuple[str, ...]
    signing_algorithms: tuple[str, ...] = ()
    mac_algorithms: tuple[str, ...] = ()
    key_agreement_algorithms: tuple[str, ...] = ()
    encapsulation_algorithms: tuple[str, ...] = ()
    plaintext_limits: Mapping[str, int] = field(default_factory=dict)
    """Encryption algorithm -> the longest plaintext, in bytes."""

    @property
    def encryption_algorithms(self) -> tuple[str, ...]:
        return tuple(self.plaintext_limits)


def _hmac(name: str, algorithm: str) -> KeySpec:
    return KeySpec(name, (GENERATE_VERIFY_MAC,), mac_algorithms=(algorithm,))


def _rsa(name: str, sha_1_limit: int, sha_256_limit: int) -> KeySpec:
    limits = {"RSAES_OAEP_SHA_1": sha_1_limit, "RSAES_OAEP_SHA_256": sha_256_limit}
    return KeySpec(name, (ENCRYPT_DECRYPT, SIGN_VERIFY), signing_algorithms=RSA_SIGNING, plaintext_limits=limits)


def _nist_curve(name: str, algorithm: str) -> KeySpec:
    return KeySpec(name, (SIGN_VERIFY, KEY_AGREEMENT), (algorithm,), key_agreement_algorithms=("ECDH",))


def _ml_dsa(name: str) -> KeySpec:
    return KeySpec(name, (SIGN_VERIFY,), ("ML_DSA_SHAKE_256",))


def _ml_kem(name: str) -> KeySpec:
    return KeySpec(name, (ENCAPSULATE_DECAPSULATE,), encapsulation_algorithms=("ML_KEM",))


SPECS: dict[str, KeySpec] = {
    spec.name: spec
    for spec in (
        KeySpec("SYMMETRIC_DEFAULT", (ENCRYPT_DECRYPT,), plaintext_limits={"SYMMETRIC_DEFAULT": 4096}),
        _hmac("HMAC_224", "HMAC_SHA_224"),
        _hmac("HMAC_256", "HMAC_SHA_256"),
        _hmac("HMAC_384", "HMAC_SHA_384"),
        _hmac("HMAC_512", "HMAC_SHA_512"),
        _rsa("RSA_2048", 214, 190),
        _rsa("RSA_3072", 342, 318),
        _rsa("RSA_4096", 470, 446),
        _nist_curve("ECC_NIST_P256", "ECDSA_SHA_256"),
        _nist_curve("ECC_NIST_P384", "ECDSA_SHA_384"),
        _nist_curve("ECC_NIST_P521", "ECDSA_SHA_512"),
        KeySpec("ECC_SECG_P256K1", (SIGN_VERIFY,), ("ECDSA_SHA_256",)),
        KeySpec("ECC_NIST_EDWARDS25519", (SIGN_VERIFY,), ("ED25519_SHA_512", "ED25519_PH_SHA_512")),
        _ml_dsa("ML_DSA_44"),
        _ml_dsa("ML_DSA_65"),
        _ml_dsa("ML_DSA_87"),
        _ml_kem("ML_KEM_512"),
        _ml_kem("ML_KEM_768"),
        _ml_kem("ML_KEM_1024"),
    )
}
"""Every key spec that works here."""
