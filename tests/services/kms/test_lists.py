import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.kernel.errors import ValidationException
from vauban.services.kms.errors import InvalidMarkerException
from vauban.services.kms.lists import in_order, page


@pytest.fixture
def call(make_call):
    return make_call("ListKeys")


def entries_of(names):
    return in_order((name, {"Name": name}) for name in names)


@given(st.sets(st.text(max_size=6), max_size=12), st.integers(1, 5))
def test_pages_together_give_every_entry_once_and_in_order(names, limit):
    from types import SimpleNamespace

    call = SimpleNamespace(operation=SimpleNamespace(name="ListKeys"), account="1", region="r")
    found, marker = [], None
    while True:
        result = page(call, "Names", entries_of(names - {""}), limit, marker)
        found += [entry["Name"] for entry in result["Names"]]
        assert len(result["Names"]) <= limit
        assert result["Truncated"] == ("NextMarker" in result)
        if not result["Truncated"]:
            break
        marker = result["NextMarker"]
    assert found == sorted(names - {""})


def test_without_a_limit_a_page_has_the_operations_default(call):
    result = page(call, "Names", entries_of("abcdef"), None, None, default=4)
    assert len(result["Names"]) == 4


def test_a_limit_over_the_operations_maximum_is_refused_in_the_models_words(call):
    words = "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint"
    with pytest.raises(ValidationException, match=words):
        page(call, "Names", entries_of("a"), 51, None, maximum=50)


def test_a_marker_belongs_to_one_operation_account_region_and_key(make_call):
    def first_of(call, of=""):
        return page(call, "Names", entries_of("ab"), 1, None, of=of)["NextMarker"]

    marker = first_of(make_call("ListKeys"), of="one")
    others = (
        (make_call("ListAliases"), "one"),
        (make_call("ListKeys", account="444455556666"), "one"),
        (make_call("ListKeys", region="eu-west-1"), "one"),
        (make_call("ListKeys"), "two"),
    )
    for call, of in others:
        with pytest.raises(InvalidMarkerException):
            page(call, "Names", entries_of("ab"), 1, marker, of=of)
