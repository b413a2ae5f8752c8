import os
from pathlib import Path

import pytest

from vauban.sockets import admin_socket


@pytest.fixture(autouse=True)
def _runtime_directory(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_path))


def test_a_data_directory_has_one_socket_however_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert admin_socket("data", 1) == admin_socket(f"{tmp_path}/./data", 2) == admin_socket("link", 3)
    assert admin_socket("data", 1) != admin_socket("other", 1)


def test_scratch_servers_are_told_apart_by_their_ports():
    assert admin_socket("memory", 1) != admin_socket("memory", 2)


def test_only_the_owner_may_look_where_the_sockets_are(short_path):
    assert admin_socket("memory", 1).parent.stat().st_mode & 0o777 == 0o700
    (short_path / "vauban").chmod(0o755)
    with pytest.raises(PermissionError, match="only you can open"):
        admin_socket("memory", 1)


def test_a_place_that_somebody_else_made_is_not_trusted(short_path, tmp_path):
    (short_path / "vauban").symlink_to(tmp_path)
    with pytest.raises(OSError, match="only you can open"):
        admin_socket("memory", 1)


def test_without_a_runtime_directory_it_is_among_temporary_files(monkeypatch, short_path):
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(short_path))
    assert admin_socket("memory", 1).parent == short_path / f"vauban-{os.getuid()}"


def test_a_path_too_long_for_a_socket_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 100)))
    with pytest.raises(OSError, match="set XDG_RUNTIME_DIR to a shorter directory"):
        admin_socket("memory", 1)
