from hypothesis import given
from hypothesis import strategies as st

from vauban.services.wafv2.resolvers import KINDS
from vauban.services.wafv2.resources import arn_of
from vauban.services.wafv2.scopes import read

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(["REGIONAL", "CLOUDFRONT"]), NAMES, st.uuids())
def test_an_arn_says_what_it_was_made_of(noun, scope, name, entity_id):
    region = "us-east-1" if scope == "CLOUDFRONT" else "eu-west-1"
    arn = arn_of(KINDS[noun], region, "111122223333", scope, name, str(entity_id))
    assert read(arn) == (region, "111122223333", scope, noun, name, str(entity_id))


@given(st.text())
def test_whatever_is_no_arn_says_nothing(text):
    assert read(text) is None
    assert read(f"arn:aws:wafv2:us-east-1:111122223333:regional/webacl/{text}") is None


def test_what_is_global_is_in_us_east_1():
    assert read(f"arn:aws:wafv2:eu-west-1:111122223333:global/webacl/name/{'0' * 36}") is None
