"""Records changed: what ``dataclasses.replace`` does, and as strictly."""

from dataclasses import dataclass
from functools import cached_property

import pytest

from vauban.kernel.records import replace, values_of


@dataclass(frozen=True)
class Widget:
    name: str
    size: int = 1

    @cached_property
    def doubled(self) -> int:
        return self.size * 2


@dataclass(frozen=True)
class Named:
    name: str


def test_some_fields_change_and_the_others_stay():
    old = Widget("a", 3)
    new = replace(old, size=4)
    assert (old, new) == (Widget("a", 3), Widget("a", 4))
    assert replace(old) == old
    assert replace(old) is not old


def test_nothing_derived_of_the_old_one_is_in_the_new_one():
    old = Widget("a", 3)
    assert old.doubled == 6
    assert replace(old, size=4).doubled == 8


def test_what_is_no_field_is_refused():
    with pytest.raises(TypeError, match="Widget has no field colour"):
        replace(Widget("a"), colour="red")
    with pytest.raises(TypeError, match="doubled"):
        replace(Widget("a"), doubled=6)


def test_the_values_of_a_record_are_told_by_name():
    assert values_of(Widget("a", 3)) == {"name": "a", "size": 3}
    assert values_of(Widget("a", 3), Named) == values_of(Named("a")) == {"name": "a"}
