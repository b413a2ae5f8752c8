import os
import stat
from pathlib import Path

import pytest

from vauban.crypto.errors import SealError, UnsafeFile
from vauban.crypto.seals.secret_files import create_secret, read_secret


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "place" / "secret"


def test_what_is_created_reads_back_and_is_ours_alone(path: Path) -> None:
    create_secret(path, b"secret")
    assert read_secret(path) == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_umask_does_not_matter(path: Path) -> None:
    before = os.umask(0)
    try:
        create_secret(path, b"secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_there_is_never_overwritten(path: Path) -> None:
    create_secret(path, b"first")
    with pytest.raises(SealError, match="cannot be written: File exists"):
        create_secret(path, b"second")
    assert read_secret(path) == b"first"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666, 0o777])
def test_a_file_that_is_open_to_others_is_refused(path: Path, mode: int) -> None:
    create_secret(path, b"secret")
    path.chmod(mode)
    with pytest.raises(UnsafeFile, match=f"mode {mode:04o}.*chmod 600"):
        read_secret(path)


def test_a_file_of_somebody_else_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_secret(path, b"secret")
    us = os.geteuid()
    path.parent.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    with pytest.raises(UnsafeFile, match=f"belongs to user {us}"):
        read_secret(path)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_file_that_others_could_replace_is_refused(path: Path, mode: int) -> None:
    create_secret(path, b"secret")
    path.parent.chmod(mode)
    with pytest.raises(UnsafeFile, match="others can replace"):
        read_secret(path)
    with pytest.raises(UnsafeFile, match="others can replace"):
        create_secret(path.with_name("other"), b"secret")


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    os.mkfifo(path, 0o600)
    with pytest.raises(UnsafeFile, match="not a regular file"):
        read_secret(path)
    with pytest.raises(SealError):
        read_secret(path.parent)


def test_a_symbolic_link_is_judged_by_what_it_names(path: Path) -> None:
    create_secret(path, b"secret")
    link = path.with_name("link")
    link.symlink_to(path)
    assert read_secret(link) == b"secret"
    path.chmod(0o644)
    with pytest.raises(UnsafeFile):
        read_secret(link)


def test_a_file_too_long_for_a_secret_is_refused(path: Path) -> None:
    create_secret(path, bytes(4097))
    with pytest.raises(UnsafeFile, match="longer than 4096"):
        read_secret(path)


def test_an_absent_file_is_named(path: Path) -> None:
    with pytest.raises(SealError, match=r"secret cannot be read: No such file"):
        read_secret(path)
