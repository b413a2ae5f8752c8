import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.services.kms.errors import InvalidGrantTokenException
from vauban.services.kms.grant_tokens import SALT_SIZE, grant_id_of, grant_token

GRANT_ID = "ab" * 32


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=SALT_SIZE, max_size=SALT_SIZE))
def test_a_token_says_which_grant_it_is_of(grant_id, salt):
    assert grant_id_of(grant_token(grant_id.hex(), salt)) == grant_id.hex()


def test_two_tokens_of_one_grant_differ_and_mean_the_same():
    tokens = {grant_token(GRANT_ID, bytes([salt]) * SALT_SIZE) for salt in range(3)}
    assert len(tokens) == 3
    assert {grant_id_of(token) for token in tokens} == {GRANT_ID}


@given(st.text())
def test_text_that_is_no_token_is_refused(text):
    with pytest.raises(InvalidGrantTokenException):
        grant_id_of(text)


def test_an_edited_token_is_refused():
    token = grant_token(GRANT_ID, b"\0" * SALT_SIZE)
    for position in range(0, len(token), 7):
        edited = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(InvalidGrantTokenException):
            grant_id_of(edited)
