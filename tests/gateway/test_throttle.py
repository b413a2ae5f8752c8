import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.gateway.throttle import Buckets

NAME = ("111122223333", "us-east-1", "kms", "CreateKey")


def taken(buckets: Buckets, rate: float, now: float, times: int, name: tuple[str, ...] = NAME) -> int:
    return sum(buckets.take(name, rate, now) for _ in range(times))


@pytest.mark.parametrize(("rate", "at_once"), [(5, 5), (1, 1), (0.25, 1), (1000, 1000)])
def test_a_second_of_calls_is_taken_at_once_and_then_the_rate(rate, at_once):
    buckets = Buckets()
    assert taken(buckets, rate, 100.0, at_once + 50) == at_once
    assert taken(buckets, rate, 100.0 + 1 / rate, 50) == 1
    assert taken(buckets, rate, 200.0, at_once + 50) == at_once


def test_a_refused_call_is_not_counted():
    buckets = Buckets()
    assert taken(buckets, 5, 100.0, 1000) == 5
    assert taken(buckets, 5, 100.2, 1) == 1


def test_accounts_regions_and_quotas_are_counted_apart():
    buckets = Buckets()
    for number in range(4):
        other = (*NAME[:number], "another", *NAME[number + 1 :])
        assert taken(buckets, 5, 100.0, 9, other) == 5
    assert taken(buckets, 5, 100.0, 9) == 5


@given(st.lists(st.floats(0, 0.5), max_size=60), st.sampled_from([0.5, 1.0, 3.0, 20.0]))
def test_no_time_sees_more_than_the_burst_and_the_rate(pauses, rate):
    buckets, now, count = Buckets(), 1000.0, 0
    for pause in pauses:
        now += pause
        count += buckets.take(NAME, rate, now)
        assert count <= max(rate, 1) + (now - 1000.0) * rate + 1


def test_many_buckets_do_not_get_in_each_others_way():
    buckets = Buckets()
    for number in range(5000):
        assert taken(buckets, 5, 100.0, 6, (*NAME, str(number))) in (4, 5)


def test_processes_share_them():
    buckets = Buckets()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=taken, args=(buckets, 5, 100.0, 4))
    child.start()
    child.join()
    assert taken(buckets, 5, 100.0, 9) == 1
