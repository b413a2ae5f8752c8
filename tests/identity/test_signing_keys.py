import hmac

from hypothesis import given
from hypothesis import strategies as st

from vauban.identity.signing_keys import SigningKey


def test_the_derived_key_is_awss():
    # The last example of https://docs.aws.amazon.com/general/latest/gr/signature-v4-examples.html
    key = SigningKey(b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
    derived = bytes.fromhex("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    expected = hmac.digest(derived, b"A\nT\n20150830/us-east-1/iam/aws4_request\nrest", "sha256").hex()
    assert key.sign("A", "T", "rest") == expected


@given(st.binary(max_size=80), st.text(max_size=80))
def test_the_halves_make_the_whole(secret, rest):
    key = b"AWS4" + secret
    for part in (b"d", b"r", b"s", b"aws4_request"):
        key = hmac.digest(key, part, "sha256")
    expected = hmac.digest(key, f"A\nT\nd/r/s/aws4_request\n{rest}".encode(), "sha256").hex()
    assert SigningKey(secret, "d", "r", "s").sign("A", "T", rest) == expected
