import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.services.organizations.inheritance import OPERATORS, check_operators, effective

ALLOWED = "@@operators_allowed_for_child_policies"


def values(*levels):
    """What levels of documents about one setting make of it."""
    merged = effective([[{"a": each}] for each in levels])
    return None if merged is None else merged["a"]


def test_a_setting_is_assigned_added_to_and_taken_from_on_the_way_down():
    assert values({"@@assign": ["x", "y"]}) == ["x", "y"]
    assert values({"@@assign": ["x"]}, {"@@append": ["y", "x"]}) == ["x", "y"]
    assert values({"@@assign": ["x", "y"]}, {"@@remove": ["x", "z"]}) == ["y"]
    assert values({"@@assign": ["x"]}, {"@@assign": ["z"]}) == ["z"]
    assert values({"@@assign": "x"}, {}, {"@@assign": "y"}) == "y"
    assert values({"@@append": ["x"]}) == ["x"]


def test_policies_of_one_level_add_up():
    assert effective([[{"a": {"@@append": ["x"]}}, {"a": {"@@append": ["y"]}, "b": {"@@assign": "1"}}]]) == {
        "a": ["x", "y"],
        "b": "1",
    }


def test_of_two_that_assign_at_one_level_the_first_attached_has_its_way():
    first, second = {"a": {"@@assign": "PROJECT"}}, {"a": {"@@assign": "project"}, "b": {"@@append": ["x"]}}
    assert effective([[first, second]]) == {"a": "PROJECT", "b": ["x"]}
    assert effective([[second, first]]) == {"a": "project", "b": ["x"]}
    assert effective([[first], [second]])["a"] == "project"


def test_a_setting_from_which_everything_was_taken_is_gone():
    assert effective([[{"a": {"@@assign": ["x"]}, "b": {"@@assign": "y"}}], [{"a": {"@@remove": ["x"]}}]]) == {"b": "y"}


def test_neighbours_leave_those_below_them_what_both_of_them_allow():
    one, other = {"@@assign": ["x"], ALLOWED: ["@@append"]}, {ALLOWED: ["@@append", "@@remove"]}
    assert effective([[{"a": one}, {"a": other}], [{"a": {"@@append": ["y"]}}], [{"a": {"@@remove": ["x"]}}]]) == {
        "a": ["x", "y"]
    }


def test_a_policy_binds_those_below_it_and_not_itself_or_its_neighbours():
    closed = {"@@assign": ["x"], ALLOWED: ["@@none"]}
    assert values(closed, {"@@assign": ["z"]}) == ["x"]
    assert values({**closed, ALLOWED: ["@@append"]}, {"@@assign": ["z"]}, {"@@append": ["y"]}) == ["x", "y"]
    assert effective([[{"a": closed}, {"a": {"@@append": ["y"]}}], [{"a": {"@@append": ["z"]}}]]) == {"a": ["x", "y"]}


def test_what_was_not_left_cannot_be_handed_on():
    assert values({"@@assign": ["x"], ALLOWED: ["@@none"]}, {ALLOWED: ["@@all"]}, {"@@append": ["y"]}) == ["x"]


def test_what_is_said_of_a_whole_part_holds_for_everything_in_it():
    above = {"tags": {ALLOWED: ["@@none"], "cost": {"tag_value": {"@@assign": ["1"]}}}}
    below = {"tags": {"cost": {"tag_value": {"@@append": ["2"]}}, "team": {"tag_key": {"@@assign": "Team"}}}}
    assert effective([[above], [below]]) == {"tags": {"cost": {"tag_value": ["1"]}}}
    opened = {"tags": {**above["tags"], "cost": {"tag_value": {"@@assign": ["1"], ALLOWED: ["@@append"]}}}}
    assert effective([[opened], [below]]) == {"tags": {"cost": {"tag_value": ["1", "2"]}}}


def test_nothing_said_is_nothing():
    assert effective([]) is None
    assert effective([[], [{"tags": {}}]]) is None


@pytest.mark.parametrize(
    "document",
    [
        [],
        "x",
        {"a": "x"},
        {"a": {"@@shout": ["x"]}},
        {"a": {"@@append": "x"}},
        {"a": {"@@assign": "x", "b": {"@@assign": "y"}}},
        {"a": {ALLOWED: "@@none"}},
        {"a": {ALLOWED: ["@@none", "@@append"]}},
        {"a": {ALLOWED: ["@@shout"]}},
        {"a": {ALLOWED: [["@@append"]]}},
    ],
)
def test_operators_that_there_are_not_are_refused(document):
    with pytest.raises(ValueError, match=r"."):
        check_operators(document)


LISTS = st.sampled_from([[], ["x"], ["y"], ["x", "z"]])
RULES = st.sampled_from([["@@none"], ["@@all"], ["@@append"], ["@@assign", "@@remove"]])
VALUES = dict.fromkeys(OPERATORS, LISTS)
SETTINGS = st.fixed_dictionaries({}, optional={**VALUES, ALLOWED: RULES})
DOCUMENTS = st.fixed_dictionaries({}, optional={"a": SETTINGS, "b": SETTINGS})
LEVELS = st.lists(st.lists(DOCUMENTS, max_size=2), max_size=3)


@given(LEVELS)
def test_whatever_is_accepted_adds_up_and_comes_out_plain(levels):
    for level in levels:
        for document in level:
            check_operators(document)
    merged = effective(levels)
    assert "@@" not in repr(merged)
    assert effective([*levels, []]) == merged


@given(LEVELS, st.fixed_dictionaries({}, optional=VALUES))
def test_below_a_root_that_allows_nothing_nothing_changes(levels, setting):
    closed = {ALLOWED: ["@@none"], "a": setting}
    assert effective([[closed], *levels]) == effective([[closed]])
