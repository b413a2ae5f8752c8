import base64
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import sealfile
from vauban.crypto.errors import SealError
from vauban.crypto.seals import Seal, SealSettings, create_seal, reopen_seal
from vauban.crypto.seals.ephemeral import EphemeralSeal

ACCOUNT = "111122223333"
FILE = SealSettings()
PASSPHRASE = SealSettings("passphrase", passphrase="correct horse battery", argon2_memory_kib=64)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


def found_seal(directory: Path, settings: SealSettings) -> Seal:
    sealed = sealfile.read(directory)
    assert sealed is not None
    return reopen_seal(sealed.seal, sealed.parameters, settings, directory)


def test_a_sealed_directory_opens_again(directory: Path) -> None:
    sealed = sealfile.initialize(directory, create_seal(FILE, directory)).seal(ACCOUNT, b"secret", b"here")
    again = sealfile.unseal(directory, found_seal(directory, FILE))
    assert again.unseal(ACCOUNT, sealed, b"here") == b"secret"


def test_a_directory_without_a_seal_says_so(directory: Path) -> None:
    assert sealfile.read(directory) is None
    with pytest.raises(SealError, match="not sealed yet"):
        sealfile.unseal(directory, EphemeralSeal())


def test_a_sealed_directory_is_not_sealed_over(directory: Path) -> None:
    sealfile.initialize(directory, create_seal(FILE, directory))
    before = (directory / "seal.json").read_bytes()
    with pytest.raises(SealError, match="sealed already"):
        sealfile.initialize(directory, EphemeralSeal())
    assert (directory / "seal.json").read_bytes() == before


def test_what_is_made_is_ours_alone(directory: Path) -> None:
    sealfile.initialize(directory, create_seal(FILE, directory))
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {path.name for path in directory.iterdir()} == {"seal.json", "seal.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_seal_json_holds_no_key_in_the_clear(directory: Path) -> None:
    sealer = sealfile.initialize(directory, create_seal(FILE, directory))
    text = (directory / "seal.json").read_bytes()
    secrets = [sealer._keyring.key(1), bytes.fromhex((directory / "seal.key").read_text())]
    for secret in secrets:
        assert base64.b64encode(secret).rstrip(b"=")[:-1] not in text
        assert secret.hex().encode() not in text


def test_another_kind_of_seal_is_refused_by_name(directory: Path) -> None:
    sealfile.initialize(directory, create_seal(FILE, directory))
    with pytest.raises(SealError, match="by a file seal, not by a ephemeral seal"):
        sealfile.unseal(directory, EphemeralSeal())


def test_the_seal_changes_and_what_is_sealed_stays(directory: Path) -> None:
    sealed = sealfile.initialize(directory, create_seal(FILE, directory)).seal(ACCOUNT, b"secret", b"")
    sealfile.rewrap(directory, found_seal(directory, FILE), create_seal(PASSPHRASE, directory))
    assert sealfile.unseal(directory, found_seal(directory, PASSPHRASE)).unseal(ACCOUNT, sealed, b"") == b"secret"
    sealfile.rewrap(directory, found_seal(directory, PASSPHRASE), create_seal(FILE, directory))
    assert sealfile.unseal(directory, found_seal(directory, FILE)).unseal(ACCOUNT, sealed, b"") == b"secret"


def test_a_passphrase_changes_like_any_seal(directory: Path) -> None:
    sealfile.initialize(directory, create_seal(PASSPHRASE, directory))
    other = SealSettings("passphrase", passphrase="another one altogether", argon2_memory_kib=128)
    sealfile.rewrap(directory, found_seal(directory, PASSPHRASE), create_seal(other, directory))
    sealfile.unseal(directory, found_seal(directory, other))
    with pytest.raises(SealError, match="passphrase is wrong"):
        sealfile.unseal(directory, found_seal(directory, PASSPHRASE))


def test_a_wrong_old_seal_changes_nothing(directory: Path) -> None:
    sealfile.initialize(directory, EphemeralSeal())
    before = (directory / "seal.json").read_bytes()
    with pytest.raises(SealError):
        sealfile.rewrap(directory, EphemeralSeal(), EphemeralSeal())
    with pytest.raises(SealError):
        sealfile.rotate(directory, EphemeralSeal())
    assert (directory / "seal.json").read_bytes() == before


def test_rotation_touches_no_sealed_secret(directory: Path) -> None:
    seal = create_seal(FILE, directory)
    sealed = sealfile.initialize(directory, seal).seal(ACCOUNT, b"secret", b"")
    before = sealfile.read(directory)
    fresh = sealfile.rotate(directory, seal)
    after = sealfile.read(directory)
    assert before is not None
    assert after is not None
    assert seal.unwrap(before.root) != seal.unwrap(after.root)
    assert fresh.unseal(ACCOUNT, sealed, b"") == b"secret"
    newer = fresh.seal(ACCOUNT, b"newer", b"")
    assert sealfile.unseal(directory, seal).unseal(ACCOUNT, newer, b"") == b"newer"


@pytest.mark.parametrize("field", ["root", "keyring"])
def test_every_flipped_bit_of_what_is_wrapped_is_refused(directory: Path, field: str) -> None:
    seal = EphemeralSeal()
    sealfile.initialize(directory, seal)
    path = directory / "seal.json"
    document = json.loads(path.read_text())
    wrapped = base64.b64decode(document[field])
    for bit in range(len(wrapped) * 8):
        altered = bytearray(wrapped)
        altered[bit // 8] ^= 1 << bit % 8
        path.write_text(json.dumps(document | {field: base64.b64encode(altered).decode()}))
        with pytest.raises(SealError):
            sealfile.unseal(directory, seal)


def test_a_keyring_of_another_directory_is_refused(tmp_path: Path) -> None:
    seal = EphemeralSeal()
    documents = []
    for name in ("one", "two"):
        sealfile.initialize(tmp_path / name, seal)
        documents.append(json.loads((tmp_path / name / "seal.json").read_text()))
    (tmp_path / "one" / "seal.json").write_text(json.dumps(documents[0] | {"keyring": documents[1]["keyring"]}))
    with pytest.raises(SealError, match="keyring is not of its root key"):
        sealfile.unseal(tmp_path / "one", seal)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)).map(
        lambda value: json.dumps({"version": 1, "seal": "file", "root": value}).encode()
    )
)
def test_what_is_no_seal_json_is_refused(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    directory = tmp_path_factory.mktemp("data")
    (directory / "seal.json").write_bytes(text)
    with pytest.raises(SealError, match="unsound"):
        sealfile.read(directory)


@pytest.mark.parametrize("text", [b"[" * 100_000, b" " * 1_000_000 + b"{}", b'{"version": 1'])
def test_a_hostile_seal_json_is_refused(directory: Path, text: bytes) -> None:
    directory.mkdir()
    (directory / "seal.json").write_bytes(text)
    with pytest.raises(SealError, match="unsound"):
        sealfile.read(directory)


def test_a_later_version_is_refused(directory: Path) -> None:
    sealfile.initialize(directory, EphemeralSeal())
    path = directory / "seal.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(SealError, match="version 2"):
        sealfile.read(directory)


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_crash_while_changing_the_seal_leaves_the_old_one(
    directory: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    old = EphemeralSeal()
    sealed = sealfile.initialize(directory, old).seal(ACCOUNT, b"secret", b"")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, call, crash)
        with pytest.raises(KeyboardInterrupt):
            sealfile.rewrap(directory, old, EphemeralSeal())
    assert sealfile.unseal(directory, old).unseal(ACCOUNT, sealed, b"") == b"secret"
    new = EphemeralSeal()
    sealfile.rewrap(directory, old, new)
    assert sealfile.unseal(directory, new).unseal(ACCOUNT, sealed, b"") == b"secret"


def test_a_first_start_that_was_cut_short_is_taken_up(directory: Path) -> None:
    create_seal(FILE, directory)
    sealfile.initialize(directory, create_seal(FILE, directory))
    sealfile.unseal(directory, found_seal(directory, FILE))


def test_rotations_at_once_lose_no_wrapping_key(directory: Path) -> None:
    seal = EphemeralSeal()
    sealfile.initialize(directory, seal)
    sealed: list[bytes] = []

    def rotate() -> None:
        sealed.append(sealfile.rotate(directory, seal).seal(ACCOUNT, b"secret", b""))

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sealed) == 8
    last = sealfile.unseal(directory, seal)
    assert {last.unseal(ACCOUNT, each, b"") for each in sealed} == {b"secret"}


def test_a_seal_that_loses_what_it_wraps_is_never_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = EphemeralSeal()
    sealfile.initialize(directory, old)
    broken = EphemeralSeal()
    monkeypatch.setattr(broken, "unwrap", lambda wrapped: bytes(32))
    with pytest.raises(SealError, match="does not give back"):
        sealfile.rewrap(directory, old, broken)
    sealfile.unseal(directory, old)
