"""What every cryptographic operation on every kind of key costs one worker, beside what it must cost.

    python -m benchmarks.kms_operations

What it must cost is the bare call of `cryptography`, and what any request costs, which is DescribeKey's. A signature
may cost no more than 1.3 times both together. There are ninety cases: it takes six minutes.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from statistics import median
from timeit import timeit
from typing import Any

from benchmarks.calls import ask, signed
from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Load, Serving, interleave, press
from benchmarks.servers import vauban
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_private_key

from vauban.crypto import materials
from vauban.crypto.specs import SPECS, KeySpec
from vauban.kernel.requests import Request

CALLS = 64
CONNECTIONS = 4
"""Few: what is still under way when a press ends is paid for and not counted, which tells where a call takes long."""
MESSAGE = bytes(32)
_BARE_SECONDS = 0.2
_MESSAGE = "A" * 43 + "="

Params = dict[str, Any]


def measure(scale: Scale) -> Measured:
    bare = dict(bare_signatures())
    spent: dict[str, list[float]] = {name: [] for name in bare}
    with vauban(1) as server:

        def run(name: str, calls: list[Request]) -> Load:
            if name in bare:
                spent[name].append(_microseconds(bare[name]))
            return press(server, calls, connections=CONNECTIONS, seconds=1)

        runs = {name: partial(run, name, calls) for name, calls in cases(server)}
        loads = interleave(runs, scale.rounds)
    own = loads["DescribeKey"].worker_us
    figures = [
        Figure(f"{name}, to the bare call and a request", loads[name].worker_us / (median(costs) + own), "×", 1.3, 1.15)
        for name, costs in spent.items()
    ]
    return Measured("1 worker, every operation", tuple(figures), loads)


def cases(server: Serving) -> Iterator[tuple[str, list[Request]]]:
    """Name, and calls to press with."""
    port = server.port
    plain = _key(port, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    yield "DescribeKey", _calls(port, "DescribeKey", {"KeyId": plain})
    yield "GenerateRandom", _calls(port, "GenerateRandom", {"NumberOfBytes": 32})
    for operation in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
        yield operation, _calls(port, operation, {"KeyId": plain, "KeySpec": "AES_256"})
    for pair in ("ECC_NIST_P256", "ECC_NIST_EDWARDS25519", "ML_KEM_768"):
        params = {"KeyId": plain, "KeyPairSpec": pair}
        yield f"GenerateDataKeyPair {pair}", _calls(port, "GenerateDataKeyPair", params)
    for spec in SPECS.values():
        for usage in spec.usages:
            key = _key(port, spec.name, usage)
            for operation, params in _uses(port, spec, usage, key):
                yield _name(operation, spec, params), _calls(port, operation, {"KeyId": key, **params})


def _uses(port: int, spec: KeySpec, usage: str, key: str) -> Iterator[tuple[str, Params]]:
    """What a key of a usage can be used for, with the members of such a call besides ``KeyId``."""
    match usage:
        case "ENCRYPT_DECRYPT":
            for algorithm in spec.encryption_algorithms:
                told = {"EncryptionAlgorithm": algorithm}
                blob = ask(port, "Encrypt", {"KeyId": key, "Plaintext": _MESSAGE, **told})["CiphertextBlob"]
                yield "Encrypt", {"Plaintext": _MESSAGE, **told}
                yield "Decrypt", {"CiphertextBlob": blob, **told}
        case "SIGN_VERIFY":
            for algorithm in spec.signing_algorithms:
                told = {"SigningAlgorithm": algorithm, **_message(algorithm)}
                signature = ask(port, "Sign", {"KeyId": key, **told})["Signature"]
                yield "Sign", told
                yield "Verify", {"Signature": signature, **told}
        case "GENERATE_VERIFY_MAC":
            told = {"MacAlgorithm": spec.mac_algorithms[0], "Message": _MESSAGE}
            mac = ask(port, "GenerateMac", {"KeyId": key, **told})["Mac"]
            yield "GenerateMac", told
            yield "VerifyMac", {"Mac": mac, **told}
        case "KEY_AGREEMENT":
            public_key = ask(port, "GetPublicKey", {"KeyId": key})["PublicKey"]
            yield "DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": public_key}
        case "ENCAPSULATE_DECAPSULATE":
            told = {"EncapsulationAlgorithm": "ML_KEM"}
            blob = ask(port, "Encapsulate", {"KeyId": key, **told})["SharedSecretCiphertextBlob"]
            yield "Encapsulate", told
            yield "Decapsulate", {"SharedSecretCiphertextBlob": blob, **told}


def _message(algorithm: str) -> Params:
    if algorithm == "ED25519_PH_SHA_512":
        return {"Message": "A" * 86 + "==", "MessageType": "DIGEST"}
    return {"Message": _MESSAGE}


def _name(operation: str, spec: KeySpec, params: Params) -> str:
    algorithm = params.get("SigningAlgorithm") or params.get("EncryptionAlgorithm") or ""
    return " ".join(filter(None, (operation, spec.name, algorithm)))


def bare_signatures() -> Iterator[tuple[str, Callable[[], object]]]:
    """The name of a case, and the bare call of it."""
    for name, spec in SPECS.items():
        for algorithm in spec.signing_algorithms:
            if algorithm == "ED25519_PH_SHA_512":  # `cryptography` has none.
                continue
            key = load_der_private_key(materials.generate(name), None)
            parameters = _parameters(algorithm)
            signature, public_key = key.sign(MESSAGE, *parameters), key.public_key()
            yield f"Sign {name} {algorithm}", partial(key.sign, MESSAGE, *parameters)
            yield f"Verify {name} {algorithm}", partial(public_key.verify, signature, MESSAGE, *parameters)


def _parameters(algorithm: str) -> tuple[Any, ...]:
    if algorithm.startswith(("ED25519", "ML_DSA")):
        return ()
    chosen = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[-3:]]
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(chosen),)
    if algorithm.startswith("RSASSA_PSS"):
        return padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen
    return padding.PKCS1v15(), chosen


def _microseconds(action: Callable[[], object]) -> float:
    count = max(1, int(_BARE_SECONDS / timeit(action, number=1)))
    return timeit(action, number=count) / count * 1e6


def _key(port: int, spec: str, usage: str) -> str:
    return ask(port, "CreateKey", {"KeySpec": spec, "KeyUsage": usage})["KeyMetadata"]["KeyId"]


def _calls(port: int, operation: str, params: Params) -> list[Request]:
    return [signed(port, operation, params) for _ in range(CALLS)]


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        show(measure(FULL))
