"""Summaries of the audit log: what they say, and that searches find the same with and without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.storage import segments
from vauban.storage.audit import GENESIS, batch, chunk
from vauban.storage.segments import may_hold, segment, summary, term
from vauban.storage.sqlite import stores

from .conftest import Driver
from .samples import ACCOUNT, REGION, audit_event


@given(st.sets(st.text(max_size=8), max_size=50), st.text(max_size=8))
def test_a_summary_holds_what_was_put_into_it(words: set[str], other: str):
    made = summary([(word,) for word in words])
    assert all(may_hold(made, segments.digest((word,))) for word in words)
    assert may_hold(made, segments.digest((other,))) == (other in words)


def test_a_segment_is_made_of_whole_chunks_once_there_are_enough(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segments, "EVENTS", 4)
    chunks = [chunk(number, GENESIS, [batch([audit_event("a", float(number))] * 3)]) for number in (1, 2, 3)]
    assert segment(chunks[:1]) is None
    made = segment(chunks)
    assert (made.first_sequence, made.last_sequence, made.first, made.last) == (1, 2, 1.0, 2.0)
    assert may_hold(made.summary, term(ACCOUNT, REGION, ("EventName", "MakeWidget")))
    assert not may_hold(made.summary, term(ACCOUNT, "us-east-1", ("EventName", "MakeWidget")))


@pytest.fixture
def segmented(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """Thirty events of two users, each in a chunk of its own, of which the oldest are in segments of four."""
    for module in (segments, stores):
        monkeypatch.setattr(module, "EVENTS", 4)
    for number in range(30):
        name = "alice" if number in (3, 17, 29) else "bob"
        user = ("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/{name}", f"AIDA{name}", name, f"AKIA{name}", "")
        event = audit_event(f"{number}", float(number))
        event.principal = user
        driver.audited(event)
    return driver


def found(driver: Driver, *attribute: str, **bounds: object) -> list[str]:
    events = driver.store.trail.lookup(ACCOUNT, REGION, attribute or None, **bounds)
    return [event.request_id for event in events]


def test_searches_find_the_same_before_and_after_segments_are_made(segmented: Driver):
    def look() -> list[list[str]]:
        return [
            found(segmented),
            found(segmented, "Username", "alice"),
            found(segmented, "AccessKeyId", "AKIAalice", since=10.0, until=29.0),
            found(segmented, "Username", "carol"),
            found(segmented, since=5.0, until=8.0),
            found(segmented, since=100.0),
            [event.request_id for event in segmented.store.trail.events(since=5.0, until=8.0)],
            [event.request_id for event in segmented.store.trail.events(since=28.0, newest_first=False)],
        ]

    before = look()
    assert before[1:5] == [["29", "17", "3"], ["17"], [], ["7", "6", "5"]]
    segmented.run(segmented.store.segment_trail())
    assert look() == before


def test_a_search_goes_on_behind_any_event(segmented: Driver):
    segmented.run(segmented.store.segment_trail())
    events = list(segmented.store.trail.lookup(ACCOUNT, REGION, ("Username", "bob")))
    for place, event in enumerate(events):
        rest = segmented.store.trail.lookup(ACCOUNT, REGION, ("Username", "bob"), before=event.event_id)
        assert list(rest) == events[place + 1 :]


def test_what_is_pruned_is_found_no_more(segmented: Driver):
    segmented.run(segmented.store.segment_trail())
    if segmented.run(segmented.store.prune_trail(before=14.5)):
        assert found(segmented, "Username", "alice") == ["29", "17"]


def test_an_event_is_found_by_its_id(driver: Driver):
    driver.audited(audit_event("a"), audit_event("b"))
    for event in driver.store.trail.events():
        assert driver.store.trail.event(event.event_id) == event
        assert driver.store.trail.event(event.event_id[:-1] + "g") is None
        assert driver.store.trail.event(f"0000ffff{event.event_id[8:]}") is None


def test_the_log_is_read_from_one_place_to_another(driver: Driver):
    driver.audited(audit_event("a"))
    first = driver.store.trail.end()
    driver.audited(audit_event("b"))
    second = driver.store.trail.end()
    driver.audited(audit_event("c"))
    assert [event.request_id for event in driver.store.trail.after(first, second)] == ["b"]
    assert [event.request_id for event in driver.store.trail.after(0, second)] == ["a", "b"]
