import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.policy.matching import action_matcher, arn_matcher, matcher, parts, segments, split_segments

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234"


def fits(pattern, text):
    return matcher(parts(pattern))(text)


def arn_fits(pattern, arn):
    return arn_matcher(split_segments(parts(pattern)))(segments(arn))


def literally(pattern, text):
    """Every way to match, by dynamic programming: slow, and plainly right."""
    row = [True] + [False] * len(text)
    for token in pattern:
        following = [row[0] and token == "*"]
        for index, character in enumerate(text):
            if token == "*":
                following.append(row[index + 1] or following[index])
            else:
                following.append(row[index] and token in ("?", character))
        row = following
    return row[-1]


@settings(deadline=None)
@given(st.text("ab*?.\n", max_size=12), st.text("ab*?.\n", max_size=20))
def test_wildcards_mean_what_they_literally_mean(pattern, text):
    assert fits(pattern, text) is literally(pattern, text)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_everything_fits_a_star_and_itself(text):
    assert fits("*", text)
    assert fits(text.replace("*", "?"), text)


@pytest.mark.parametrize(
    "pattern", ["*a" * 8000 + "b", "a*" * 8000 + "b", "?a*" * 5000 + "b", "*?" * 8000 + "b", "*" * 30_000]
)
def test_no_pattern_makes_matching_slow(pattern):
    assert fits(pattern, "a" * 8000) is (set(pattern) == {"*"})


def test_pieces_do_not_overlap():
    assert not fits("ab*ba", "aba")
    assert fits("ab*ba", "abba")
    assert not fits("a*b*a", "aba"[:2])


def test_actions_match_in_any_case():
    matches = action_matcher(["KMS:Decrypt", "kms:generate*", "s3:Get?bject"])
    for action in ("kms:decrypt", "kms:generatedatakey", "s3:getobject"):
        assert matches(action)
    for action in ("kms:encrypt", "s3:getobjects", "kms:decrypts"):
        assert not matches(action)


@pytest.mark.parametrize("everything", ["*", "*:*"])
def test_a_star_matches_every_action(everything):
    assert action_matcher([everything])("kms:decrypt")


@pytest.mark.parametrize(
    "pattern",
    [
        KEY,
        "*",
        "arn:aws:kms:*:111122223333:key/*",
        "arn:aws:kms:eu-*:*:*",
        "arn:*:kms:eu-west-?:*:key/????",
        "arn:aws:kms",
        "arn:aws:kms:eu-west-1",
        "arn:aws:kms:*",
    ],
)
def test_an_arn_fits(pattern):
    assert arn_fits(pattern, KEY)


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:kms:eu-west-1:111122223333:key",
        "arn:aws:kms:EU-west-1:111122223333:key/1234",
        "arn:aws:kms:eu-west-1*key/1234",
        "arn:aws:kms:*:key/1234",
        "arn:aws:kms::111122223333:key/1234",
        "arn:aws:s3",
        "kms",
        "",
    ],
)
def test_an_arn_does_not_fit(pattern):
    assert not arn_fits(pattern, KEY)


def test_a_wildcard_stays_within_its_segment_but_for_the_last():
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db:v:1"
    assert arn_fits("arn:aws:secretsmanager:*:*:secret:app*1", secret)
    assert not arn_fits("arn:aws:secretsmanager:*:secret:app/db:v:1", secret)


def test_only_stars_fit_what_is_no_arn():
    assert arn_fits("*", "*")
    assert arn_fits("**", "*")
    assert not arn_fits("arn:*:*:*:*:*", "*")
