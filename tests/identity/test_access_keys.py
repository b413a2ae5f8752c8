import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.identity.access_keys import account_of_key, new_access_key_id, new_secret_access_key


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.sampled_from(["AKIA", "ASIA"]))
def test_an_access_key_id_tells_its_account(account, prefix):
    access_key_id = new_access_key_id(account, prefix)
    assert account_of_key(access_key_id) == account
    assert access_key_id.startswith(prefix)
    assert len(access_key_id) == 20


def test_the_account_of_a_key_that_aws_made_is_read():
    # From Tal Be'ery's "A short note on AWS KEY ID", who found out the form.
    assert account_of_key("ASIAQNZGKIQY56JQ7WML") == "029608264753"


def test_no_two_keys_are_alike():
    assert len({new_access_key_id("111122223333") for _ in range(1000)}) == 1000
    assert len({new_secret_access_key() for _ in range(1000)}) == 1000


def test_a_secret_is_240_random_bits_in_40_characters():
    secret = new_secret_access_key()
    assert len(secret) == 40
    assert len(base64.b64decode(secret, validate=True)) == 30


@pytest.mark.parametrize("text", ["", "AKIA", "AKIA!!!!!!!!!!!!!!!!"])
def test_what_is_no_access_key_id_tells_no_account(text):
    with pytest.raises(ValueError):
        account_of_key(text)
