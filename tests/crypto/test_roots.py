import pytest

from vauban.crypto import roots
from vauban.crypto.roots import Keyring, generate_root

ROOT = generate_root()


def test_a_keyring_comes_back_from_its_root() -> None:
    keyring = Keyring().grown().grown()
    again = Keyring.unwrap(ROOT, keyring.wrap(ROOT))
    assert again.newest == 3
    assert [again.key(generation) for generation in (1, 2, 3)] == [keyring.key(each) for each in (1, 2, 3)]


def test_another_root_opens_nothing() -> None:
    with pytest.raises(ValueError):
        Keyring.unwrap(generate_root(), Keyring().wrap(ROOT))


def test_growing_keeps_what_was_and_leaves_the_old_keyring_alone() -> None:
    keyring = Keyring()
    grown = keyring.grown()
    assert grown.key(1) == keyring.key(1)
    assert grown.key(2) != grown.key(1)
    assert keyring.newest == 1


@pytest.mark.parametrize("generation", [-1, 0, 2, 65535])
def test_a_generation_that_is_not_there_is_refused(generation: int) -> None:
    with pytest.raises(ValueError, match="generation"):
        Keyring().key(generation)


def test_a_keyring_has_its_bounds() -> None:
    with pytest.raises(ValueError, match="at most"):
        Keyring([bytes(32)] * roots.MAXIMUM_GENERATIONS).grown()


def test_a_keyring_does_not_show_its_keys() -> None:
    keyring = Keyring()
    assert repr(keyring.key(1)) not in repr(keyring)
    assert keyring.key(1).hex() not in repr(keyring)
