import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vauban.crypto import wrapping
from vauban.crypto.errors import SealError, UnsafeFile, WrongPassphrase
from vauban.crypto.roots import generate_root
from vauban.crypto.seals import SealSettings
from vauban.crypto.seals.passphrase import PURPOSE, PassphraseSeal

ROOT = generate_root()
HERE = Path()
SALT = base64.b64encode(bytes(16)).decode()
LIGHT = {"salt": SALT, "memory_kib": 64, "iterations": 1, "lanes": 1}


def settings(passphrase: str) -> SealSettings:
    return SealSettings("passphrase", passphrase=passphrase, argon2_memory_kib=64)


def test_the_right_passphrase_opens_and_a_wrong_one_does_not() -> None:
    seal = PassphraseSeal.create(settings("correct horse"), HERE)
    wrapped = seal.wrap(ROOT)
    assert PassphraseSeal.reopen(seal.parameters, settings("correct horse"), HERE).unwrap(wrapped) == ROOT
    for wrong in ("correct hors", "correct horse ", "Correct horse"):
        with pytest.raises(WrongPassphrase):
            PassphraseSeal.reopen(seal.parameters, settings(wrong), HERE).unwrap(wrapped)


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    wrapped = PassphraseSeal("me\u0301rite\u0301 \u212b", LIGHT).wrap(ROOT)
    assert PassphraseSeal("m\u00e9rit\u00e9 \u00c5", LIGHT).unwrap(wrapped) == ROOT


def test_two_seals_of_one_passphrase_have_two_salts() -> None:
    first, second = (PassphraseSeal.create(settings("correct horse"), HERE) for _ in range(2))
    assert first.parameters["salt"] != second.parameters["salt"]


def test_the_key_is_argon2id_of_the_passphrase() -> None:
    wrapped = PassphraseSeal("correct horse", LIGHT).wrap(ROOT)
    key = Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=64).derive(b"correct horse")
    assert wrapping.unwrap(key, wrapped, PURPOSE) == ROOT


def test_the_argon2id_under_it_is_that_of_rfc_9106(vectors: Callable[[str], Iterator[dict[str, str]]]) -> None:
    vector = next(vector for vector in vectors("KDF/argon2id.txt") if vector.get("COUNT") == "0")
    number = {name: int(vector[name]) for name in ("length", "iter", "lanes", "memcost")}
    derived = Argon2id(
        salt=bytes.fromhex(vector["salt"]),
        length=number["length"],
        iterations=number["iter"],
        lanes=number["lanes"],
        memory_cost=number["memcost"],
        ad=bytes.fromhex(vector["ad"]),
        secret=bytes.fromhex(vector["secret"]),
    ).derive(bytes.fromhex(vector["pass"]))
    assert derived.hex() == vector["output"]


def test_a_new_seal_costs_what_rfc_9106_asks_unless_set() -> None:
    parameters = PassphraseSeal.create(SealSettings("passphrase", passphrase="correct horse"), HERE).parameters
    assert parameters["memory_kib"] >= 64 * 1024
    assert parameters["iterations"] >= 3
    assert parameters["lanes"] == 4


@pytest.mark.parametrize("passphrase", ["", "short", "1234567"])
def test_a_short_passphrase_is_not_taken(passphrase: str) -> None:
    with pytest.raises(SealError):
        PassphraseSeal.create(settings(passphrase), HERE)


@pytest.mark.parametrize(
    "altered",
    [
        {"memory_kib": 4 * 1024 * 1024 + 1},
        {"memory_kib": 63},
        {"memory_kib": "64"},
        {"memory_kib": True},
        {"memory_kib": 64.0},
        {"memory_kib": 64, "lanes": 9},
        {"iterations": 0},
        {"iterations": 65},
        {"iterations": None},
        {"lanes": 65},
        {"lanes": -1},
        {"salt": ""},
        {"salt": None},
        {"salt": "AAAA"},
        {"salt": "!" * 24},
        {"salt": "é" * 24},
        {"salt": "A" * 100_000},
    ],
)
def test_parameters_out_of_bounds_are_refused_before_any_work(altered: dict[str, object]) -> None:
    with pytest.raises(SealError, match="passphrase seal"):
        PassphraseSeal("correct horse", LIGHT | altered)


@pytest.mark.parametrize("altered", [{"memory_kib": 65}, {"iterations": 2}, {"lanes": 2}, {"salt": "B" + SALT[1:]}])
def test_altered_parameters_do_not_open(altered: dict[str, object]) -> None:
    wrapped = PassphraseSeal("correct horse", LIGHT).wrap(ROOT)
    with pytest.raises(WrongPassphrase):
        PassphraseSeal("correct horse", LIGHT | altered).unwrap(wrapped)


def test_a_passphrase_may_come_from_a_file_that_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n")
    path.chmod(0o600)
    from_file = SealSettings("passphrase", passphrase_file=str(path))
    wrapped = PassphraseSeal("correct horse", LIGHT).wrap(ROOT)
    assert PassphraseSeal.reopen(LIGHT, from_file, HERE).unwrap(wrapped) == ROOT
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SealError, match="UTF-8"):
        PassphraseSeal.reopen(LIGHT, from_file, HERE)
    path.chmod(0o644)
    with pytest.raises(UnsafeFile):
        PassphraseSeal.reopen(LIGHT, from_file, HERE)


def test_no_passphrase_at_all_is_said() -> None:
    with pytest.raises(SealError, match="needs its passphrase"):
        PassphraseSeal.reopen(LIGHT, SealSettings(), HERE)


def test_settings_and_seal_do_not_show_the_passphrase() -> None:
    given = settings("correct horse")
    assert "correct" not in repr(given)
    assert "correct" not in repr(PassphraseSeal.create(given, HERE))
    assert "correct" not in str(PassphraseSeal.create(given, HERE).parameters)
