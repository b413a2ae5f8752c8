from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import agreement, materials
from vauban.crypto.private_keys import PrivateKey

CURVES = {"ECC_NIST_P256": ec.SECP256R1(), "ECC_NIST_P384": ec.SECP384R1(), "ECC_NIST_P521": ec.SECP521R1()}
SECTIONS = {"ECC_NIST_P256": "EC - SHA256", "ECC_NIST_P384": "ED - SHA384", "ECC_NIST_P521": "EE - SHA512"}
KEYS = {name: PrivateKey(materials.generate(name)) for name in CURVES}


@pytest.mark.parametrize("name", list(CURVES))
def test_openssl_agrees(openssl: Callable[..., bytes], tmp_path: Path, name: str) -> None:
    other = materials.generate(name)
    (tmp_path / "private.der").write_bytes(other)
    (tmp_path / "peer.der").write_bytes(KEYS[name].public_der)
    arguments = ("-keyform", "DER", "-inkey", tmp_path / "private.der")
    arguments += ("-peerform", "DER", "-peerkey", tmp_path / "peer.der")
    assert openssl("pkeyutl", "-derive", *arguments) == KEYS[name].shared_secret(PrivateKey(other).public_der)


@pytest.mark.parametrize("name", list(CURVES))
def test_the_agreement_vectors_of_nist_hold(vectors: Callable[[str], Iterator[dict[str, str]]], name: str) -> None:
    tried = 0
    for vector in vectors("asymmetric/ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax"):
        if vector.get("section") != SECTIONS[name] or not vector.get("Result", "").startswith("P"):
            continue
        number = {each: int(vector[each], 16) for each in ("QsCAVSx", "QsCAVSy", "dsIUT")}
        peer = ec.EllipticCurvePublicNumbers(number["QsCAVSx"], number["QsCAVSy"], CURVES[name]).public_key()
        spki = peer.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        secret = agreement.shared_secret(ec.derive_private_key(number["dsIUT"], CURVES[name]), name, spki)
        assert int.from_bytes(secret, "big") == int(vector["Z"], 16)
        assert len(secret) == (CURVES[name].key_size + 7) // 8
        tried += 1
    assert tried >= 5


@pytest.mark.parametrize("name", list(CURVES))
@pytest.mark.parametrize("other", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_SECG_P256K1", "RSA_2048"])
def test_a_key_of_another_curve_is_refused(name: str, other: str) -> None:
    if name != other:
        with pytest.raises(ValueError, match=f"not on the curve of {name}"):
            KEYS[name].shared_secret(PrivateKey(materials.generate(other)).public_der)


@pytest.mark.parametrize("name", list(CURVES))
def test_a_point_that_is_not_on_the_curve_is_refused(name: str) -> None:
    spki = bytearray(PrivateKey(materials.generate(name)).public_der)
    spki[-1] ^= 1
    with pytest.raises(ValueError, match="no valid SubjectPublicKeyInfo"):
        KEYS[name].shared_secret(bytes(spki))


def test_the_point_at_infinity_is_refused() -> None:
    spki = PrivateKey(materials.generate("ECC_NIST_P256")).public_der
    infinity = bytes.fromhex("3019301306072a8648ce3d020106082a8648ce3d030107030200") + b"\0"
    assert infinity[2:23] == spki[2:23]
    with pytest.raises(ValueError):
        KEYS["ECC_NIST_P256"].shared_secret(infinity)


def test_a_curve_spelt_out_with_a_generator_of_its_own_is_refused(openssl: Callable[..., bytes]) -> None:
    """CVE-2020-0601: a peer that names its own generator knows a private key to any public key."""
    options = ("-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit")
    private = openssl("genpkey", "-algorithm", "EC", *options, "-outform", "DER")
    spki = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", input=private)
    generator, other = (
        ec.derive_private_key(number, ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        for number in (1, 2)
    )
    assert spki.count(generator) == 1
    with pytest.raises(ValueError, match="no valid SubjectPublicKeyInfo"):
        KEYS["ECC_NIST_P256"].shared_secret(spki.replace(generator, other))


@given(st.binary(max_size=200))
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError):
        KEYS["ECC_NIST_P256"].shared_secret(junk)


@pytest.mark.parametrize("name", ["RSA_2048", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"])
def test_keys_that_do_not_agree_say_so(name: str) -> None:
    key = PrivateKey(materials.generate(name))
    with pytest.raises(ValueError, match="not a key agreement algorithm"):
        key.shared_secret(key.public_der)
