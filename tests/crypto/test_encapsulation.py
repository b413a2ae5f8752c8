from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import materials
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.private_keys import PrivateKey

SIZES = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}
KEYS = {name: PrivateKey(materials.generate(name)) for name in SIZES}


@pytest.mark.parametrize("bits", [768, 1024])
def test_ml_kem_meets_nists_known_answers(known_answers: Callable[[str], Iterator[dict[str, str]]], bits: int) -> None:
    """``ct_n`` is no encapsulation: its secret is the one of implicit rejection (FIPS 203 algorithm 18)."""
    checked = 0
    for answer in known_answers(f"asymmetric/MLKEM/kat_MLKEM_{bits}.rsp"):
        given = {name: bytes.fromhex(value) for name, value in answer.items()}
        key = ml_kem_key(bits, given["d"] + given["z"])
        assert load_der_public_key(key.public_der).public_bytes_raw() == given["pk"]
        assert key.decapsulate(given["ct"]) == given["ss"]
        assert key.decapsulate(given["ct_n"]) == given["ss_n"]
        checked += 1
    assert checked == 1000


@pytest.mark.parametrize("name", list(SIZES))
def test_both_sides_share_a_secret(name: str) -> None:
    secret, encapsulated = KEYS[name].encapsulate()
    assert (len(secret), len(encapsulated)) == (32, SIZES[name])
    assert KEYS[name].decapsulate(encapsulated) == secret
    assert KEYS[name].encapsulate()[0] != secret
    assert PrivateKey(materials.generate(name)).decapsulate(encapsulated) != secret


@pytest.mark.parametrize("name", list(SIZES))
def test_an_altered_encapsulation_has_another_secret_and_always_the_same(name: str) -> None:
    secret, encapsulated = KEYS[name].encapsulate()
    altered = bytes([encapsulated[0] ^ 1]) + encapsulated[1:]
    assert KEYS[name].decapsulate(altered) != secret
    assert KEYS[name].decapsulate(altered) == KEYS[name].decapsulate(altered)


@given(st.binary(max_size=2000).filter(lambda junk: len(junk) != 1088))
def test_another_length_is_refused(junk: bytes) -> None:
    with pytest.raises(InvalidCiphertext):
        KEYS["ML_KEM_768"].decapsulate(junk)


def test_other_keys_encapsulate_nothing() -> None:
    key = PrivateKey(materials.generate("ECC_NIST_P256"))
    with pytest.raises(ValueError, match="not an encapsulation algorithm"):
        key.encapsulate()
    with pytest.raises(ValueError, match="not an encapsulation algorithm"):
        key.decapsulate(bytes(1088))


def ml_kem_key(bits: int, seed: bytes) -> PrivateKey:
    key = getattr(mlkem, f"MLKEM{bits}PrivateKey").from_seed_bytes(seed)
    return PrivateKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
