from pathlib import Path

import pytest

from vauban.crypto.errors import SealError, UnsafeFile
from vauban.crypto.roots import generate_root
from vauban.crypto.seals import SealSettings
from vauban.crypto.seals.file import FileSeal

ROOT = generate_root()
SETTINGS = SealSettings()


def test_the_key_lies_in_the_data_directory_unless_set_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc" / "vauban.key"
    settings = SealSettings(key_file=str(elsewhere))
    FileSeal.create(SETTINGS, tmp_path / "data")
    wrapped = FileSeal.create(settings, tmp_path / "data").wrap(ROOT)
    assert (tmp_path / "data" / "seal.key").exists()
    assert FileSeal(tmp_path / "data", str(elsewhere)).unwrap(wrapped) == ROOT


def test_a_seal_is_found_by_its_parameters_even_where_the_directory_has_moved(tmp_path: Path) -> None:
    seal = FileSeal.create(SETTINGS, tmp_path / "data")
    wrapped = seal.wrap(ROOT)
    (tmp_path / "data").rename(tmp_path / "moved")
    assert FileSeal.reopen(seal.parameters, SETTINGS, tmp_path / "moved").unwrap(wrapped) == ROOT


def test_settings_win_over_parameters(tmp_path: Path) -> None:
    seal = FileSeal.create(SETTINGS, tmp_path)
    wrapped = seal.wrap(ROOT)
    moved = tmp_path / "credentials" / "key"
    moved.parent.mkdir(mode=0o700)
    (tmp_path / "seal.key").rename(moved)
    assert FileSeal.reopen(seal.parameters, SealSettings(key_file=str(moved)), tmp_path).unwrap(wrapped) == ROOT


def test_a_key_file_that_is_there_is_used(tmp_path: Path) -> None:
    first = FileSeal.create(SETTINGS, tmp_path)
    assert FileSeal.create(SETTINGS, tmp_path).unwrap(first.wrap(ROOT)) == ROOT


def test_another_key_is_refused(tmp_path: Path) -> None:
    wrapped = FileSeal.create(SETTINGS, tmp_path / "one").wrap(ROOT)
    with pytest.raises(SealError, match="not the key that the data was sealed with"):
        FileSeal.create(SETTINGS, tmp_path / "two").unwrap(wrapped)


@pytest.mark.parametrize("wrapped", [b"", bytes(12), bytes(28), bytes(60)])
def test_what_was_never_wrapped_is_refused(tmp_path: Path, wrapped: bytes) -> None:
    with pytest.raises(SealError):
        FileSeal.create(SETTINGS, tmp_path).unwrap(wrapped)


@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"00" * 33, b"00" * 32 + b"\n\n", bytes(32)])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    seal = FileSeal.create(SETTINGS, tmp_path)
    (tmp_path / "seal.key").write_bytes(content)
    with pytest.raises(SealError, match="64 hex digits"):
        seal.wrap(ROOT)


def test_a_key_that_the_world_can_read_is_refused(tmp_path: Path) -> None:
    seal = FileSeal.create(SETTINGS, tmp_path)
    wrapped = seal.wrap(ROOT)
    (tmp_path / "seal.key").chmod(0o644)
    for use in (lambda: seal.wrap(ROOT), lambda: seal.unwrap(wrapped)):
        with pytest.raises(UnsafeFile):
            use()
