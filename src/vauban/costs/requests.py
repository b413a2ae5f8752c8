"""What kind of request a call is, as far as its price goes."""

ON_KEYS = frozenset(
    {
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GetPublicKey",
        "ReEncrypt",
        "Sign",
        "Verify",
    }
)
"""Operations whose price depends on the key; those on data key pairs depend on the pair."""
PAIRS = frozenset({"GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"})
ASYMMETRIC = ("RSA_", "ECC_", "ML_", "SM2")
SYMMETRIC = "symmetric"


def kind_of(operation: str, key_specs: tuple[str, ...], pair_spec: str = "") -> str:
    """``symmetric`` (and all that is on no key), ``rsa-2048``, ``asymmetric``, or one of the data key pairs."""
    if operation in PAIRS:
        return "rsa-data-key-pair" if pair_spec.startswith("RSA_") else "ecc-data-key-pair"
    asymmetric = [spec for spec in key_specs if spec.startswith(ASYMMETRIC)] if operation in ON_KEYS else []
    if not asymmetric:
        return SYMMETRIC
    return "rsa-2048" if set(asymmetric) == {"RSA_2048"} else "asymmetric"
