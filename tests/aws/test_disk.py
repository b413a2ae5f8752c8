"""What is worked out once and kept."""

import pytest

from vauban.aws import disk, sources
from vauban.aws.models import load


@pytest.fixture
def cache_home(tmp_path, monkeypatch):
    """An empty cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    disk.cache_directory.cache_clear()
    load.cache_clear()
    yield tmp_path
    disk.cache_directory.cache_clear()
    load.cache_clear()


def kept_files(cache_home) -> list:
    return sorted(path for path in cache_home.rglob("*") if path.is_file())


def test_a_model_is_kept_for_its_owner_alone(cache_home):
    load("kms")
    (path,) = kept_files(cache_home)
    assert path.name == "kms.model"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_kept_model_is_read_instead_of_botocores(cache_home, monkeypatch):
    load("kms")
    load.cache_clear()
    monkeypatch.setattr(sources, "document", lambda *_: pytest.fail("botocore's data was read again"))
    assert "Encrypt" in load("kms").operations


@pytest.mark.parametrize("damage", [b"", b"\x00" * 200, None])
def test_a_damaged_copy_is_not_used(cache_home, damage):
    load("kms")
    (path,) = kept_files(cache_home)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damage is None else damage)
    load.cache_clear()
    assert "Encrypt" in load("kms").operations
    assert path.read_bytes() == content


def test_a_copy_that_others_could_have_written_is_not_used(cache_home, monkeypatch):
    load("kms")
    (path,) = kept_files(cache_home)
    path.chmod(0o666)
    assert disk.read("kms.model") is None


def test_without_a_place_to_keep_it_a_model_is_still_read(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    disk.cache_directory.cache_clear()
    load.cache_clear()
    assert "Encrypt" in load("kms").operations
    disk.cache_directory.cache_clear()
