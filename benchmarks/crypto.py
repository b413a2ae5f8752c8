"""What a cryptographic operation of ours costs, beside the bare call of `cryptography` that it stands on.

    python benchmarks/crypto.py

The ratio is what counts: both sides are measured in turn in one process, the least of several rounds each.
"""

import hmac
import os
from collections.abc import Callable
from timeit import timeit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key

from vauban.crypto import macs, materials
from vauban.crypto.ciphertexts import SymmetricMaterial, material_id_of
from vauban.crypto.private_keys import PrivateKey
from vauban.crypto.sealers import AccountSealer

ROUNDS = 9
SECONDS = 0.05
PLAINTEXT = bytes(32)
CONTEXT = {"purpose": "benchmark", "tenant": "alpha"}
Action = Callable[[], object]


def microseconds(actions: tuple[Action, ...]) -> list[float]:
    """The least cost of each action; rounds of one and another alternate, so that a busy moment hits both."""
    counts = [max(1, int(SECONDS / timeit(action, number=1))) for action in actions]
    rounds = [
        [timeit(action, number=count) / count for action, count in zip(actions, counts, strict=True)]
        for _ in range(ROUNDS)
    ]
    return [min(costs) * 1e6 for costs in zip(*rounds, strict=True)]


def symmetric() -> dict[str, tuple[Action, Action]]:
    """The bare side makes a cipher of a key for each message, as a key for each message asks."""
    key, iv, authenticated = os.urandom(32), os.urandom(12), bytes(80)
    material = SymmetricMaterial(key, materials.material_id("key", key))
    blob, bare = material.encrypt(PLAINTEXT, CONTEXT), AESGCM(key).encrypt(iv, PLAINTEXT, authenticated)
    sealer = AccountSealer.ephemeral()
    sealed = sealer.seal("111122223333", PLAINTEXT, b"kms:Key/1")

    def encrypt() -> bytes:
        return AESGCM(key).encrypt(iv, PLAINTEXT, authenticated)

    def decrypt() -> bytes:
        return AESGCM(key).decrypt(iv, bare, authenticated)

    return {
        "encrypt": (lambda: material.encrypt(PLAINTEXT, CONTEXT), encrypt),
        "encrypt, no context": (lambda: material.encrypt(PLAINTEXT, {}), encrypt),
        "decrypt": (lambda: material.decrypt(blob, CONTEXT), decrypt),
        "read a blob's material id": (lambda: material_id_of(blob), decrypt),
        "seal": (lambda: sealer.seal("111122223333", PLAINTEXT, b"kms:Key/1"), encrypt),
        "unseal": (lambda: sealer.unseal("111122223333", sealed, b"kms:Key/1"), decrypt),
    }


def asymmetric() -> dict[str, tuple[Action, Action]]:
    rsa, p256 = materials.generate("RSA_2048"), materials.generate("ECC_NIST_P256")
    ours_rsa, ours_p256 = PrivateKey(rsa), PrivateKey(p256)
    bare_rsa, bare_p256 = load_der_private_key(rsa, None), load_der_private_key(p256, None)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    encrypted = ours_rsa.encrypt(PLAINTEXT, "RSAES_OAEP_SHA_256")
    return {
        "RSA-2048 PSS sign": (
            lambda: ours_rsa.sign(PLAINTEXT, "RSASSA_PSS_SHA_256"),
            lambda: bare_rsa.sign(PLAINTEXT, pss, hashes.SHA256()),
        ),
        "RSA-2048 OAEP decrypt": (
            lambda: ours_rsa.decrypt(encrypted, "RSAES_OAEP_SHA_256"),
            lambda: bare_rsa.decrypt(encrypted, oaep),
        ),
        "P-256 sign": (
            lambda: ours_p256.sign(PLAINTEXT, "ECDSA_SHA_256"),
            lambda: bare_p256.sign(PLAINTEXT, ec.ECDSA(hashes.SHA256())),
        ),
        "P-256 agree": (
            lambda: ours_p256.shared_secret(ours_p256.public_der),
            lambda: bare_p256.exchange(ec.ECDH(), bare_p256.public_key()),
        ),
    }


def authentication() -> dict[str, tuple[Action, Action]]:
    key = os.urandom(32)
    return {
        "HMAC-SHA256": (
            lambda: macs.mac(key, PLAINTEXT, "HMAC_SHA_256"),
            lambda: hmac.digest(key, PLAINTEXT, "sha256"),
        ),
    }


def main() -> None:
    print(f"{'operation':28}{'us':>10}{'bare us':>10}{'ratio':>8}")
    for name, pair in (symmetric() | asymmetric() | authentication()).items():
        ours, bare = microseconds(pair)
        print(f"{name:28}{ours:10.2f}{bare:10.2f}{ours / bare:8.2f}")


if __name__ == "__main__":
    main()
