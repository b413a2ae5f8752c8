from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.derivation import MessageKeys


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=40), st.binary(max_size=40))
def test_it_is_the_counter_mode_of_sp_800_108(key: bytes, label: bytes, context: bytes) -> None:
    standard = KBKDFHMAC(
        algorithm=SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=label,
        context=context,
        fixed=None,
    )
    assert MessageKeys(key, label).derive(context) == standard.derive(key)


def test_openssl_derives_the_same_key(openssl: Callable[..., bytes]) -> None:
    key, label, context = bytes(range(32)), b"vauban label", bytes(range(16))
    options = ("mode:COUNTER", "mac:HMAC", "digest:SHA256", f"hexkey:{key.hex()}")
    options += (f"hexsalt:{label.hex()}", f"hexinfo:{context.hex()}")
    arguments = [part for option in options for part in ("-kdfopt", option)]
    derived = openssl("kdf", "-binary", "-keylen", 32, *arguments, "KBKDF")
    assert MessageKeys(key, label).derive(context) == derived


def test_deriving_leaves_the_next_derivation_as_it_was() -> None:
    keys = MessageKeys(b"key", b"label")
    first = keys.derive(b"one")
    assert keys.derive(b"two") != first
    assert keys.derive(b"one") == first
