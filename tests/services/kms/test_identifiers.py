import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.kernel.errors import AwsError
from vauban.services.kms.errors import InvalidArnException, NotFoundException
from vauban.services.kms.identifiers import parse, refuse_malformed, refuse_other_region

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (KEY_ID, ("", "", KEY_ID)),
        (f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}", ("eu-west-1", "111122223333", KEY_ID)),
        ("alias/a/b", ("", "", "alias/a/b")),
        ("arn:aws:kms:eu-west-1:111122223333:alias/a/b", ("eu-west-1", "111122223333", "alias/a/b")),
        ("nonsense", ("", "", "nonsense")),
    ],
)
def test_the_four_ways_to_name_a_key_are_understood(text, parts):
    assert parse(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "arn:",
        "arn:aws:kms",
        f"arn:aws:s3:eu-west-1:111122223333:key/{KEY_ID}",
        f"arn:other:kms:eu-west-1:111122223333:key/{KEY_ID}",
        f"arn:aws:kms::111122223333:key/{KEY_ID}",
        f"arn:aws:kms:eu-west-1::key/{KEY_ID}",
        "arn:aws:kms:eu-west-1:111122223333:keys/x",
    ],
)
def test_the_arn_of_anything_else_is_refused(text):
    with pytest.raises(InvalidArnException):
        parse(text)


@pytest.mark.parametrize("name", [KEY_ID, "mrk-1234abcd12ab34cd56ef1234567890ab"])
def test_key_ids_of_both_forms_are_well_formed(name):
    refuse_malformed(name)


@pytest.mark.parametrize("name", ["", "x", KEY_ID.upper(), KEY_ID + "\n", f"{KEY_ID}0", "mrk-1"])
def test_what_cannot_be_a_key_id_is_said_to_be_none(name):
    with pytest.raises(NotFoundException, match="Invalid keyId"):
        refuse_malformed(name)


def test_an_arn_of_another_region_is_refused_by_the_name_of_that_region():
    refuse_other_region("", "us-east-1")
    refuse_other_region("us-east-1", "us-east-1")
    with pytest.raises(NotFoundException, match="Invalid arn eu-west-1"):
        refuse_other_region("eu-west-1", "us-east-1")


@given(st.text())
def test_any_text_is_parsed_or_refused(text):
    try:
        region, account, _ = parse(text)
    except AwsError:
        return
    assert bool(region) == bool(account)
