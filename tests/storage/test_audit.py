"""Chunks of audit events."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from vauban.storage.audit import GENESIS, batch, chunk

from .samples import as_given, audit_event


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_batches_join_to_one_chunk_whatever_their_sizes(sizes: list[int]):
    events = [
        [audit_event(f"{number}-{each}", float(each)) for each in range(size)] for number, size in enumerate(sizes)
    ]
    made = chunk(1, GENESIS, [batch(each) for each in events])
    assert as_given(made.events()) == [event for each in events for event in each]
    assert (made.count, made.first, made.last) == (sum(sizes), 0.0, max(sizes) - 1.0)
    assert made.intact


def test_a_batch_of_very_many_events_joins_too():
    events = [audit_event("many", float(number)) for number in range(70_000)]
    assert as_given(chunk(1, GENESIS, [batch(events), batch(events[:1])]).events()) == [*events, events[0]]


def test_a_chunk_that_says_otherwise_is_not_intact():
    made = chunk(5, GENESIS, [batch([audit_event("a", 3.0)])])
    for change in ({"sequence": 6}, {"first": 2.0}, {"last": 4.0}, {"count": 2}, {"body": b"\x90"}, {"previous": b"x"}):
        assert not made._replace(**change).intact


def test_what_messagepack_cannot_hold_is_recorded_as_text():
    deep: dict = {}
    for _ in range(5000):
        deep = {"deeper": deep}
    params = {"surrogate": "\ud800", "huge": 10**30, "list": [1, "\udfff"], "deep": deep, "object": {"a", "b"}}
    odd, plain = chunk(1, GENESIS, [batch([audit_event("odd", params=params), audit_event("plain")])]).events()
    assert odd.params["surrogate"] == "\\ud800"
    assert odd.params["huge"] == hex(10**30)
    assert odd.params["list"] == [1, "\\udfff"]
    assert as_given([plain]) == [audit_event("plain")]


def test_denials_are_told_apart():
    made = batch([audit_event("a"), audit_event("b", authorization_id="x"), audit_event("c", authorization_id="y")])
    assert made.authorization_ids == ["x", "y"]


def test_an_events_id_is_a_uuid_that_says_where_it_stands_and_is_the_same_each_time():
    made = chunk(7, GENESIS, [batch([audit_event("a"), audit_event("b")])])
    first, second = (UUID(event.event_id) for event in made.events())
    assert first != second
    assert {first.version, second.version} == {8}
    assert first.int >> 80 == 7
    assert [event.event_id for event in made.events()] == [str(first), str(second)]
