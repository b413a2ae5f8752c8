from pathlib import Path

import pytest

from vauban.crypto.errors import MissingSecret, SealError
from vauban.crypto.seals import KINDS, SealSettings, create_seal, reopen_seal, seal_class


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_found_by_its_name(kind: str) -> None:
    assert seal_class(kind).name == kind


def test_passphrases_and_pins_are_asked_for() -> None:
    asked = {kind: seal_class(kind).asks_for for kind in KINDS}
    assert asked == {"file": "", "ephemeral": "", "passphrase": "passphrase", "pkcs11": "PIN"}


@pytest.mark.parametrize("kind", ["", "shamir", "settings", "secret_files", "..file", "os"])
def test_an_unknown_kind_is_refused_by_name(kind: str) -> None:
    with pytest.raises(SealError, match="there is no seal"):
        create_seal(SealSettings(kind), Path())
    with pytest.raises(SealError, match="there is no seal"):
        reopen_seal(kind, {}, SealSettings(), Path())


def test_settings_show_no_secret() -> None:
    shown = repr(SealSettings(passphrase="correct horse", pkcs11_pin="987654"))
    assert "horse" not in shown
    assert "987654" not in shown


def test_what_nobody_gave_yet_is_told_from_what_is_wrong() -> None:
    for read in (SealSettings().read_passphrase, SealSettings().read_pin):
        with pytest.raises(MissingSecret):
            read()
    with pytest.raises(SealError) as absent:
        SealSettings(passphrase_file="/absent/passphrase").read_passphrase()
    assert not isinstance(absent.value, MissingSecret)


def test_what_somebody_typed_goes_before_the_file() -> None:
    typed = SealSettings(passphrase_file="/absent", pkcs11_pin_file="/absent").with_secret("typed in")
    assert typed.read_passphrase() == "typed in"
    assert typed.read_pin() == "typed in"
