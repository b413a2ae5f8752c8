from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from vauban.crypto import sealfile
from vauban.crypto.errors import SealError, WrongPassphrase
from vauban.crypto.roots import generate_root
from vauban.crypto.seals import SealSettings, reopen_seal
from vauban.crypto.seals.pkcs11 import Pkcs11Seal

ROOT = generate_root()
HERE = Path()


def test_the_token_opens_what_it_sealed(softhsm: SealSettings) -> None:
    seal = Pkcs11Seal.create(softhsm, HERE)
    wrapped = seal.wrap(ROOT)
    assert ROOT not in wrapped
    assert Pkcs11Seal.reopen(seal.parameters, softhsm, HERE).unwrap(wrapped) == ROOT


def test_a_directory_sealed_by_a_token_opens_again(softhsm: SealSettings, tmp_path: Path) -> None:
    sealed = sealfile.initialize(tmp_path, Pkcs11Seal.create(softhsm, tmp_path)).seal("1", b"secret", b"")
    found = sealfile.read(tmp_path)
    assert found is not None
    assert set(found.parameters) == {"module", "token", "key"}
    seal = reopen_seal(found.seal, found.parameters, SealSettings(pkcs11_pin="1234"), tmp_path)
    assert sealfile.unseal(tmp_path, seal).unseal("1", sealed, b"") == b"secret"


def test_the_key_on_the_token_cannot_leave_it(softhsm: SealSettings) -> None:
    Pkcs11Seal.create(softhsm, HERE)
    token = pkcs11.lib(softhsm.pkcs11_module).get_token(token_label=softhsm.pkcs11_token)
    with token.open(user_pin="1234") as session:
        key = session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label="vauban")
        assert key[Attribute.SENSITIVE]
        assert not key[Attribute.EXTRACTABLE]
        assert key.key_length == 256
        with pytest.raises(pkcs11.AttributeSensitive):
            key[Attribute.VALUE]


def test_the_key_is_made_once(softhsm: SealSettings) -> None:
    first = Pkcs11Seal.create(softhsm, HERE).wrap(ROOT)
    assert Pkcs11Seal.create(softhsm, HERE).unwrap(first) == ROOT


def test_a_key_that_may_leave_the_token_is_refused(softhsm: SealSettings) -> None:
    token = pkcs11.lib(softhsm.pkcs11_module).get_token(token_label=softhsm.pkcs11_token)
    template = {Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False}
    with token.open(rw=True, user_pin="1234") as session:
        session.generate_key(KeyType.AES, 256, label="loose", store=True, template=template)
    with pytest.raises(SealError, match="can be extracted"):
        Pkcs11Seal.create(replace(softhsm, pkcs11_key="loose"), HERE)


@pytest.mark.parametrize("pin", ["9999", "1", "1" * 300])
def test_a_wrong_pin_is_refused_and_not_repeated_back(softhsm: SealSettings, pin: str) -> None:
    wrapped = Pkcs11Seal.create(softhsm, HERE).wrap(ROOT)
    parameters = {"module": softhsm.pkcs11_module, "token": softhsm.pkcs11_token, "key": "vauban"}
    wrong = Pkcs11Seal.reopen(parameters, SealSettings(pkcs11_pin=pin), HERE)
    with pytest.raises(WrongPassphrase) as refusal:
        wrong.unwrap(wrapped)
    assert str(refusal.value) == "the token refused the PIN"
    assert pin not in repr(wrong) or len(pin) < 4


@pytest.mark.parametrize(
    ("altered", "words"),
    [
        ({"pkcs11_token": "absent"}, "not one token 'absent'"),
        ({"pkcs11_module": "/absent.so"}, "the token failed"),
        ({"pkcs11_module": "/etc/passwd"}, "the token failed"),
        ({"pkcs11_module": ""}, "needs the path"),
        ({"pkcs11_pin": ""}, "needs its PIN"),
    ],
)
def test_what_is_set_wrong_is_said(softhsm: SealSettings, altered: dict[str, str], words: str) -> None:
    with pytest.raises(SealError, match=words):
        Pkcs11Seal.create(replace(softhsm, **altered), HERE)


def test_a_key_that_is_not_there_is_named(softhsm: SealSettings) -> None:
    parameters = {"module": softhsm.pkcs11_module, "token": softhsm.pkcs11_token, "key": "lost"}
    with pytest.raises(SealError, match="no AES key 'lost'"):
        Pkcs11Seal.reopen(parameters, softhsm, HERE).unwrap(bytes(60))


def test_altered_bytes_are_refused(softhsm: SealSettings) -> None:
    seal = Pkcs11Seal.create(softhsm, HERE)
    wrapped = seal.wrap(ROOT)
    for at in range(0, len(wrapped), 5):
        altered = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        with pytest.raises(SealError, match="did not seal this data"):
            seal.unwrap(altered)
    for size in (0, 11, 12, 20, 59):
        with pytest.raises(SealError):
            seal.unwrap(wrapped[:size])


def test_the_pin_may_come_from_a_file_that_is_ours_alone(softhsm: SealSettings, tmp_path: Path) -> None:
    path = tmp_path / "pin"
    path.write_text("1234\n")
    path.chmod(0o600)
    from_file = replace(softhsm, pkcs11_pin="", pkcs11_pin_file=str(path))
    seal = Pkcs11Seal.create(from_file, HERE)
    assert seal.unwrap(seal.wrap(ROOT)) == ROOT
