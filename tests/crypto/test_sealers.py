import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.roots import Keyring
from vauban.crypto.sealers import AccountSealer
from vauban.kernel.sealing import Sealer

ALICE, BOB = "111122223333", "444455556666"
SEALER: Sealer = AccountSealer.ephemeral()
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(names, st.binary(max_size=500), st.binary(max_size=50))
def test_what_is_sealed_unseals(account: str, plaintext: bytes, binding: bytes) -> None:
    sealed = SEALER.seal(account, plaintext, binding)
    assert len(sealed) == len(plaintext) + 47
    assert SEALER.unseal(account, sealed, binding) == plaintext


@given(names, st.binary(max_size=9), names, st.binary(max_size=9))
def test_another_account_or_binding_is_refused(account: str, binding: bytes, other: str, elsewhere: bytes) -> None:
    sealed = SEALER.seal(account, b"secret", binding)
    if (account, binding) != (other, elsewhere):
        with pytest.raises(ValueError, match="belongs elsewhere"):
            SEALER.unseal(other, sealed, elsewhere)


def test_an_account_and_a_binding_cannot_flow_into_each_other() -> None:
    sealed = SEALER.seal("1111", b"secret", b"2222")
    with pytest.raises(ValueError):
        SEALER.unseal("11112222", sealed, b"")


def test_every_flipped_bit_is_refused() -> None:
    sealed = SEALER.seal(ALICE, b"secret", b"here")
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError):
            SEALER.unseal(ALICE, bytes(altered), b"here")


def test_every_truncation_is_refused() -> None:
    sealed = SEALER.seal(ALICE, b"secret", b"here")
    for size in range(len(sealed)):
        with pytest.raises(ValueError):
            SEALER.unseal(ALICE, sealed[:size], b"here")


@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda rest: b"\x01\x00\x01" + rest))
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError):
        SEALER.unseal(ALICE, junk, b"")


def test_no_two_seals_of_one_secret_are_alike() -> None:
    assert len({SEALER.seal(ALICE, b"secret", b"") for _ in range(100)}) == 100


def test_two_accounts_have_two_keys() -> None:
    """Even where the binding that tells them apart is left out, their keys do."""
    sealer = AccountSealer(Keyring([bytes(32)]))
    generation = b"\x01\x00\x01"
    assert sealer._derive(ALICE, generation).derive(b"") != sealer._derive(BOB, generation).derive(b"")


def test_a_grown_keyring_unseals_the_old_and_seals_anew() -> None:
    keyring = Keyring()
    old, grown = AccountSealer(keyring), AccountSealer(keyring.grown())
    assert grown.unseal(ALICE, old.seal(ALICE, b"secret", b""), b"") == b"secret"
    fresh = grown.seal(ALICE, b"secret", b"")
    assert grown.unseal(ALICE, fresh, b"") == b"secret"
    with pytest.raises(ValueError, match="generation 2"):
        old.unseal(ALICE, fresh, b"")


def test_an_ephemeral_sealer_opens_nothing_of_another() -> None:
    with pytest.raises(ValueError):
        AccountSealer.ephemeral().unseal(ALICE, SEALER.seal(ALICE, b"secret", b""), b"")


def test_a_secret_sealed_when_the_format_was_made_still_unseals() -> None:
    kept = bytes.fromhex(
        "010001b1e24a92e7098788493e882328c16c7d5ebd67e6a42aa544e51692808998cbab704149eba95a712028"
        "9174da76c2ec518dcd9a457dc4455a506b812b9e85c4"
    )
    assert AccountSealer(Keyring([bytes(range(32))])).unseal(ALICE, kept, b"kms:Key/1") == b"kept from the start"
