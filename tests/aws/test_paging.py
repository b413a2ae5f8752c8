"""Page markers."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.aws import paging
from vauban.aws.paging import after, marker


@given(st.text(max_size=50), st.text(st.characters(exclude_categories=["Cs"]), max_size=500))
def test_a_marker_leads_back_to_where_its_page_begins(scope, begins):
    scope = scope.encode("utf-8", "replace").decode()
    made = marker(scope, begins)
    assert set(made) <= set(string.ascii_letters + string.digits + "-_")
    assert after(scope, made) == begins


def test_a_marker_of_another_list_is_refused():
    made = marker("kms:ListKeys", "1234")
    with pytest.raises(ValueError, match="not one of this list"):
        after("kms:ListAliases", made)


@given(st.integers(0, 30), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_an_altered_marker_is_refused(at, character):
    made = marker("kms:ListKeys", "1234abcd-12ab")
    altered = made[:at] + character + made[at + 1 :]
    if altered != made:
        with pytest.raises(ValueError):
            after("kms:ListKeys", altered)


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text):
    with pytest.raises(ValueError):
        after("kms:ListKeys", text)


def test_a_marker_too_long_is_refused():
    with pytest.raises(ValueError, match="too long"):
        after("kms:ListKeys", "A" * 1_000_000)


def test_a_marker_fits_where_kms_takes_one():
    assert len(marker("kms:ListAliases", "alias/" + "x" * 250)) <= 1_024


def test_botocore_knows_what_pages_an_operation():
    pager = paging.pagers("kms")["ListKeys"]
    assert pager == (("Marker",), ("NextMarker",), "Limit", ("Keys",), "Truncated")
    assert paging.pagers("s3")["ListMultipartUploads"].input_tokens == ("KeyMarker", "UploadIdMarker")
    assert paging.pagers("sts") == {}
