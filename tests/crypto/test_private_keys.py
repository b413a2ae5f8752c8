from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import materials
from vauban.crypto.private_keys import PrivateKey
from vauban.crypto.specs import SPECS

ASYMMETRIC = [name for name in SPECS if name.startswith(("RSA", "ECC"))]


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_a_key_knows_its_spec_and_its_public_key(openssl: Callable[..., bytes], name: str) -> None:
    material = materials.generate(name)
    key = PrivateKey(material)
    assert key.key_spec == name
    assert key.public_der == openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", input=material)


@given(st.binary(max_size=300))
def test_junk_is_no_key(junk: bytes) -> None:
    with pytest.raises(ValueError, match="no valid PKCS #8"):
        PrivateKey(junk)


def test_an_encrypted_key_is_refused(openssl: Callable[..., bytes]) -> None:
    material = materials.generate("ECC_NIST_P256")
    options = ("-topk8", "-inform", "DER", "-outform", "DER", "-passout", "pass:word")
    with pytest.raises(ValueError, match="no valid PKCS #8"):
        PrivateKey(openssl("pkcs8", *options, input=material))


@pytest.mark.parametrize("algorithm", ["X25519", "ED448"])
def test_a_key_of_no_key_spec_is_refused(openssl: Callable[..., bytes], algorithm: str) -> None:
    with pytest.raises(ValueError, match="no supported key spec"):
        PrivateKey(openssl("genpkey", "-algorithm", algorithm, "-outform", "DER"))


def test_a_key_does_not_show_itself() -> None:
    material = materials.generate("ECC_NIST_P256")
    assert material.hex() not in repr(PrivateKey(material))
    assert "object at" in repr(PrivateKey(material))
