from collections.abc import Callable, Iterator

import pytest
from asn1crypto.core import OctetString, Sequence

from vauban.crypto import materials, mlkem512
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.private_keys import PrivateKey


def test_it_meets_nists_known_answers(known_answers: Callable[[str], Iterator[dict[str, str]]]) -> None:
    """``ct_n`` is no encapsulation: its secret is the one of implicit rejection (FIPS 203 algorithm 18)."""
    checked = 0
    for answer in known_answers("asymmetric/MLKEM/kat_MLKEM_512.rsp"):
        given = {name: bytes.fromhex(value) for name, value in answer.items()}
        key = PrivateKey(mlkem512.PKCS8 + given["sk"])
        assert key.key_spec == "ML_KEM_512"
        assert key.public_der.endswith(given["pk"])
        assert key.decapsulate(given["ct"]) == given["ss"]
        assert key.decapsulate(given["ct_n"]) == given["ss_n"]
        checked += 1
    assert checked == 1000


def test_its_encodings_are_those_of_rfc_9935() -> None:
    encoded = materials.generate("ML_KEM_512")
    version, algorithm, private_key = Sequence.load(encoded, strict=True).native.values()
    raw = OctetString.load(private_key, strict=True).native
    assert (version, list(algorithm.values()), len(raw)) == (0, ["2.16.840.1.101.3.4.4.1"], 1632)
    spki = Sequence.load(PrivateKey(encoded).public_der, strict=True)
    assert list(spki[0].native.values()) == ["2.16.840.1.101.3.4.4.1"]
    assert spki[1].contents == b"\0" + raw[768:1568]
    assert PrivateKey(encoded).encode() == encoded


@pytest.mark.parametrize("wrong", [0, 1631, 1633])
def test_a_key_of_another_length_is_none(wrong: int) -> None:
    with pytest.raises(ValueError, match="no valid PKCS #8 private key"):
        PrivateKey(mlkem512.PKCS8 + bytes(wrong))


@pytest.mark.parametrize("wrong", [0, 767, 769])
def test_an_encapsulation_of_another_length_is_refused(wrong: int) -> None:
    with pytest.raises(InvalidCiphertext):
        PrivateKey(materials.generate("ML_KEM_512")).decapsulate(bytes(wrong))


def test_where_the_package_is_not_installed_no_key_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlkem512, "find_spec", lambda name: None)
    assert not materials.can_generate("ML_KEM_512")
    assert materials.can_generate("ML_KEM_768")
