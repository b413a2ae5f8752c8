from pathlib import Path

import pytest

from vauban.crypto.errors import SealError
from vauban.crypto.roots import generate_root
from vauban.crypto.seals import SealSettings
from vauban.crypto.seals.ephemeral import EphemeralSeal

ROOT = generate_root()


def test_it_opens_what_it_sealed_and_nothing_else() -> None:
    seal = EphemeralSeal()
    assert seal.unwrap(seal.wrap(ROOT)) == ROOT
    with pytest.raises(SealError, match="another process's ephemeral seal"):
        EphemeralSeal().unwrap(seal.wrap(ROOT))


def test_it_is_not_to_be_opened_again() -> None:
    with pytest.raises(SealError, match="ended with its process"):
        EphemeralSeal.reopen({}, SealSettings("ephemeral"), Path())
