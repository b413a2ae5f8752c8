from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf import Rates
from vauban.engines.waf.rates import Count, Rule

RULE = Rule("acl/rule#1", 10, 60)


def counted(rates, key, times, now, rule=RULE):
    return [rates.count(rule, key, now) for _ in range(times)]


def test_who_goes_over_the_limit_is_limited_from_the_next_look():
    rates = Rates()
    assert not any(counted(rates, "a", 50, 100))
    assert counted(rates, "a", 1, 110) == [True]
    assert counted(rates, "b", 1, 110) == [False]
    assert list(rates.limited(RULE.identity, 110)) == ["a"]


def test_the_limit_itself_is_not_over_it():
    rates = Rates()
    counted(rates, "a", 10, 100)
    assert counted(rates, "a", 1, 110) == [False]
    assert counted(rates, "a", 1, 120) == [True]


def test_who_slows_down_is_let_go():
    rates = Rates()
    counted(rates, "a", 11, 100)
    assert [list(rates.limited(RULE.identity, now)) for now in (110, 150, 160)] == [["a"], ["a"], []]


def test_who_goes_on_stays_limited():
    rates = Rates()
    found = [counted(rates, "a", 2, 100 + now)[0] for now in range(0, 300, 5)]
    assert found.index(True) == 6
    assert all(found[found.index(True) :])


def test_rules_are_counted_apart():
    rates = Rates()
    counted(rates, "a", 11, 100)
    assert counted(rates, "a", 1, 110, RULE._replace(identity="other")) == [False]
    assert rates.limited("unknown", 110) == ()


def test_a_clock_that_goes_back_does_no_harm():
    rates = Rates()
    counted(rates, "a", 11, 100)
    counted(rates, "a", 1, 110)
    assert counted(rates, "a", 1, 95) == [True]
    assert counted(rates, "a", 1, 5) == [True]


def test_what_others_counted_is_added():
    here, there = Rates(shared=True), Rates(shared=True)
    for _ in range(6):
        here.count(RULE, "a", 100)
        there.count(RULE, "a", 101)
    taken = there.taken()
    assert taken == [Count(RULE, 10, "a", 6)]
    assert there.taken() == []
    here.merge(taken)
    assert here.count(RULE, "a", 110)
    assert not there.count(RULE, "a", 110)


def test_what_others_counted_too_long_ago_is_not():
    rates = Rates()
    rates.count(RULE, "a", 1000)
    rates.merge([Count(RULE, 50, "a", 100), Count(RULE, 94, "b", 100), Count(RULE, 95, "c", 100)])
    assert sorted(rates.limited(RULE.identity, 1009)) == []
    assert sorted(rates.limited(RULE.identity, 1010)) == []
    rates.merge([Count(RULE, 97, "d", 100)])
    assert sorted(rates.limited(RULE.identity, 1020)) == ["d"]


def test_counts_of_rules_that_are_gone_are_forgotten():
    rates = Rates()
    counted(rates, "a", 11, 100)
    rates.keep([])
    assert rates.limited(RULE.identity, 110) == ()


def test_any_number_of_keys_takes_no_more_than_its_room_and_the_frequent_ones_stay():
    rates = Rates(most_keys=100)
    for number in range(5_000):
        rates.count(RULE, f"once-{number}", 100)
        if number % 10 == 0:
            rates.count(RULE, "often", 100)
    assert list(rates.limited(RULE.identity, 110)) == ["often"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 400)), max_size=200))
def test_who_is_limited_is_who_was_counted_too_often_in_the_window(requests):
    rates = Rates()
    requests.sort(key=lambda request: request[1])
    for key, now in requests:
        rates.count(RULE, key, now)
    now = (requests[-1][1] // 10 + 1) * 10 if requests else 10
    expected = {key for key in "ab" if sum(one == key and when >= now - 50 for one, when in requests) > RULE.limit}
    assert set(rates.limited(RULE.identity, now)) == expected
