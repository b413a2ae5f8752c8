"""What every implementation of the store promises."""

import asyncio
import uuid
from dataclasses import replace

import pytest
from msgspec import structs

from vauban.kernel.errors import Conflict

from .conftest import Driver
from .samples import (
    ACCOUNT,
    REGION,
    Color,
    Person,
    Planet,
    Safe,
    Widget,
    as_given,
    audit_event,
    domain_event,
    moment,
    widget,
)


def names(records: list[Widget]) -> list[str]:
    return [each.name for each in records]


def test_what_was_committed_is_read(driver: Driver):
    made = widget("a", owner="ada", labels=("x", "y"), color=Color.BLUE, due_at=moment(5), notes={"k": "v"})
    driver.put(made)
    assert driver.here().get(Widget, "a") == made


def test_an_absent_record_is_none(driver: Driver):
    assert driver.here().get(Widget, "nowhere") is None


def test_a_record_keeps_its_object_while_it_does_not_change(driver: Driver):
    driver.put(widget("a"))
    assert driver.here().get(Widget, "a") is driver.here().get(Widget, "a")


def test_nothing_is_kept_before_the_commit(driver: Driver):
    driver.store.begin().at(ACCOUNT, REGION).put(widget("a"))
    assert driver.here().get(Widget, "a") is None


def test_what_a_prefix_has_is_right_however_often_it_is_asked_and_whatever_comes_and_goes(driver: Driver):
    driver.put(*(widget(f"/many/{number:03}") for number in range(80)), *(widget(f"/few/{each}") for each in "abd"))

    def found(prefix: str, **more: object) -> list[str]:
        return [names(driver.here().list(Widget, prefix=prefix, **more)) for _ in range(2)][1]

    assert found("/few/") == ["/few/a", "/few/b", "/few/d"]
    assert found("/few/", after="/few/a", limit=1) == ["/few/b"]
    assert found("/none/") == []
    driver.put(widget("/few/c"), widget("/none/a"))
    assert found("/few/") == ["/few/a", "/few/b", "/few/c", "/few/d"]
    assert found("/none/") == ["/none/a"]
    driver.put(widget("/few/b", size=7))
    assert [each.size for each in driver.here().list(Widget, prefix="/few/")] == [0, 7, 0, 0]
    driver.delete(widget("/few/a"))
    assert found("/few/", limit=2) == ["/few/b", "/few/c"]
    assert len(found("/many/")) == 80


def test_a_counted_index_keeps_count(driver: Driver):
    driver.put(*(widget(str(number)) for number in range(80)), widget("b", color=Color.BLUE))

    def counts() -> list[int]:
        return [driver.here().count(Widget, index="color", value=each.value) for each in (Color.RED, Color.BLUE)]

    assert counts() == [80, 1]
    driver.put(widget("0", color=Color.BLUE), widget("1", size=1), widget("c", color=Color.BLUE))
    assert counts() == [79, 3]
    driver.delete(widget("b", color=Color.BLUE))
    assert counts() == [79, 2]
    assert driver.here().count(Widget, index="color", value="green") == 0
    here = driver.here()
    here.put(widget("d"))
    assert here.count(Widget, index="color", value="red") == 80


def test_a_prefix_narrows_a_list_to_the_ids_that_go_on_from_it(driver: Driver):
    ids = ["/a", "/a-b/x", "/a/", "/a/b", "/a/b/c", "/a/\U0010fffe", "/a0", "b"]
    driver.put(*(widget(id, owner="ada" if id.endswith("c") else None) for id in ids))
    here = driver.here()
    assert names(here.list(Widget, prefix="/a/")) == ["/a/b", "/a/b/c", "/a/\U0010fffe"]
    assert names(here.list(Widget, prefix="/a/", after="/a/b")) == ["/a/b/c", "/a/\U0010fffe"]
    assert names(here.list(Widget, prefix="/a/", after="/a", limit=2)) == ["/a/b", "/a/b/c"]
    assert names(here.list(Widget, prefix="/a/", after="/b")) == []
    assert names(here.list(Widget, prefix="/a", index="owner", value="ada")) == ["/a/b/c"]
    assert names(here.list(Widget)) == sorted(ids)
    assert names(here.list(Widget, prefix="/a/", limit=1)) == ["/a/b"]
    here.put(widget("/a/a"))
    here.put(widget("/c"))
    here.delete(widget("/a/b"))
    assert names(here.list(Widget, prefix="/a/", limit=2)) == ["/a/a", "/a/b/c"]


def test_a_call_reads_what_it_proposed(driver: Driver):
    driver.put(widget("a"), widget("b"))
    here = driver.here()
    here.put(widget("a", size=1))
    here.delete(widget("b"))
    here.put(widget("c"))
    assert here.get(Widget, "a").size == 1
    assert here.get(Widget, "b") is None
    assert names(here.list(Widget)) == ["a", "c"]
    assert here.count(Widget) == 2


def test_a_snapshot_does_not_move(driver: Driver):
    driver.put(widget("a", size=1))
    here = driver.here()
    assert here.get(Widget, "a").size == 1
    driver.put(widget("a", size=2))
    assert here.get(Widget, "a").size == 1


def test_a_record_read_and_changed_by_another_conflicts(driver: Driver):
    driver.put(widget("a"), widget("b"))
    changes = driver.store.begin()
    here = changes.at(ACCOUNT, REGION)
    here.get(Widget, "a")
    here.put(widget("b", size=1))
    driver.put(widget("a", size=9))
    with pytest.raises(Conflict):
        driver.commit(changes)
    assert driver.here().get(Widget, "b").size == 0


def test_two_that_create_the_same_id_conflict(driver: Driver):
    first, second = driver.store.begin(), driver.store.begin()
    first.at(ACCOUNT, REGION).put(widget("a", size=1))
    second.at(ACCOUNT, REGION).put(widget("a", size=2))
    driver.commit(first)
    with pytest.raises(Conflict):
        driver.commit(second)
    assert driver.here().get(Widget, "a").size == 1


def test_a_record_deleted_and_made_again_is_another(driver: Driver):
    driver.put(widget("a"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).get(Widget, "a")
    changes.at(ACCOUNT, REGION).put(widget("b"))
    driver.delete(widget("a"))
    driver.put(widget("a"))
    with pytest.raises(Conflict):
        driver.commit(changes)


def test_a_listed_record_that_moved_conflicts(driver: Driver):
    driver.put(widget("a"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).list(Widget)
    changes.at(ACCOUNT, REGION).put(widget("b"))
    driver.put(widget("a", size=9))
    with pytest.raises(Conflict):
        driver.commit(changes)


def test_of_many_that_count_up_each_counts_once(driver: Driver):
    driver.put(widget("counter"))

    async def count_up() -> None:
        while True:
            changes = driver.store.begin()
            here = changes.at(ACCOUNT, REGION)
            counter = here.get(Widget, "counter")
            here.put(replace(counter, size=counter.size + 1))
            try:
                return await driver.store.commit(changes, [])
            except Conflict:
                continue

    assert set(driver.all_together(*(count_up() for _ in range(20)))) == {0}
    assert driver.here().get(Widget, "counter").size == 20


def test_reads_of_one_state_are_not_stale(driver: Driver):
    driver.put(widget("a"), widget("b"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).get(Widget, "a")
    changes.at(ACCOUNT, REGION).list(Widget)
    assert not driver.store.stale(changes)


def test_reads_of_two_states_are_stale(driver: Driver):
    driver.put(widget("a"), widget("b"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).get(Widget, "a")
    driver.put(widget("a", size=1), widget("b", size=1))
    changes.at(ACCOUNT, REGION).get(Widget, "b")
    assert driver.store.stale(changes)


def test_a_nested_changeset_that_is_merged_counts(driver: Driver):
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).put(widget("outer"))
    nested = changes.nested()
    inner = nested.at(ACCOUNT, REGION)
    assert inner.get(Widget, "outer") is not None
    inner.put(widget("inner"))
    inner.emit(domain_event("e"))
    assert changes.at(ACCOUNT, REGION).get(Widget, "inner") is None
    nested.merge()
    driver.commit(changes)
    assert names(driver.here().list(Widget)) == ["inner", "outer"]
    assert [event.id for _, event in driver.store.outbox()] == ["e"]


def test_a_nested_changeset_that_is_dropped_leaves_nothing(driver: Driver):
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).put(widget("a"))
    nested = changes.nested()
    nested.at(ACCOUNT, REGION).delete(widget("a"))
    nested.at(ACCOUNT, REGION).emit(domain_event("e"))
    deeper = nested.nested()
    deeper.at(ACCOUNT, REGION).put(widget("b"))
    deeper.merge()
    assert names(nested.at(ACCOUNT, REGION).list(Widget)) == ["b"]
    driver.commit(changes)
    assert names(driver.here().list(Widget)) == ["a"]
    assert driver.store.outbox() == []


def test_what_a_dropped_changeset_read_still_counts(driver: Driver):
    driver.put(widget("a"))
    changes = driver.store.begin()
    changes.nested().at(ACCOUNT, REGION).get(Widget, "a")
    changes.at(ACCOUNT, REGION).put(widget("b"))
    driver.put(widget("a", size=1))
    with pytest.raises(Conflict):
        driver.commit(changes)


def test_a_changeset_is_empty_until_something_is_proposed(driver: Driver):
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).get(Widget, "a")
    assert changes.empty
    nested = changes.nested()
    nested.at(ACCOUNT, REGION).put(widget("a"))
    assert changes.empty
    assert not nested.empty
    nested.merge()
    assert nested.empty
    assert not changes.empty


def test_an_event_alone_is_a_proposal(driver: Driver):
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).emit(domain_event("e"))
    assert not changes.empty
    driver.commit(changes)
    assert [event for _, event in driver.store.outbox()] == [domain_event("e")]


def test_records_of_other_accounts_and_regions_are_not_seen(driver: Driver):
    driver.put(widget("a"), replace(widget("b"), region="us-east-1"), replace(widget("c"), account="444455556666"))
    here = driver.here()
    assert names(here.list(Widget)) == ["a"]
    assert here.get(Widget, "b") is None
    assert here.count(Widget) == 1


def test_each_scope_is_seen_as_far_as_it_reaches(driver: Driver):
    driver.put(Person(ACCOUNT, "ada"), Planet("mars"), Safe(ACCOUNT, REGION, "7", b"gold"))
    elsewhere = driver.store.begin().at("444455556666", REGION)
    assert elsewhere.get(Person, "ada") is None
    assert elsewhere.get(Planet, "mars") is not None
    assert elsewhere.get(Safe, "7").content == b"gold"
    other_region = driver.store.begin().at(ACCOUNT, "us-east-1")
    assert other_region.get(Person, "ada") is not None
    assert other_region.get(Safe, "7") is None


def test_a_record_of_elsewhere_is_refused(driver: Driver):
    here = driver.here()
    with pytest.raises(ValueError, match="does not belong"):
        here.put(replace(widget("a"), region="us-east-1"))
    with pytest.raises(ValueError, match="does not belong"):
        here.delete(replace(widget("a"), account="444455556666"))


def test_records_are_found_by_index(driver: Driver):
    driver.put(widget("c", owner="ada"), widget("a", owner="ada", labels=("x",)), widget("b", labels=("x", "y")))
    here = driver.here()
    assert names(here.list(Widget, index="owner", value="ada")) == ["a", "c"]
    assert names(here.list(Widget, index="label", value="x")) == ["a", "b"]
    assert names(here.list(Widget, index="color", value="red")) == ["a", "b", "c"]
    assert here.list(Widget, index="label", value="z") == []
    assert here.count(Widget, index="label", value="x") == 2


def test_indexes_follow_changes(driver: Driver):
    driver.put(widget("a", owner="ada", labels=("x", "y")))
    driver.put(widget("a", owner="bob", labels=("y", "z", "z")))
    here = driver.here()
    assert here.list(Widget, index="owner", value="ada") == []
    assert names(here.list(Widget, index="owner", value="bob")) == ["a"]
    assert [here.count(Widget, index="label", value=each) for each in "xyz"] == [0, 1, 1]
    driver.delete(widget("a"))
    assert driver.here().count(Widget, index="owner", value="bob") == 0


def test_own_proposals_are_found_by_index(driver: Driver):
    driver.put(widget("a", owner="ada"), widget("b", owner="ada"), widget("d", owner="ada"))
    here = driver.here()
    here.put(widget("a", owner="bob"))
    here.put(widget("c", owner="ada"))
    here.delete(widget("d"))
    assert names(here.list(Widget, index="owner", value="ada")) == ["b", "c"]
    assert names(here.list(Widget, index="owner", value="ada", limit=1)) == ["b"]
    assert names(here.list(Widget, index="owner", value="ada", after="b", limit=1)) == ["c"]
    assert here.count(Widget, index="owner", value="ada") == 2
    assert here.count(Widget, index="owner", value="bob") == 1


def test_an_unknown_index_is_refused(driver: Driver):
    with pytest.raises(ValueError, match="no index"):
        driver.here().list(Widget, index="weight", value="1")


def test_pages_follow_the_order_of_ids(driver: Driver):
    driver.put(*(widget(name) for name in ("b", "a", "é", "Z", "10", "9", "a/b", "\U0001f600", "\uffff")))
    everything = names(driver.here().list(Widget))
    assert everything == sorted(everything)
    pages, after = [], ""
    while page := names(driver.here().list(Widget, after=after, limit=2)):
        pages += page
        after = page[-1]
    assert pages == everything


def test_a_page_after_changes_repeats_and_skips_nothing_that_stayed(driver: Driver):
    driver.put(*(widget(f"{number:02}") for number in range(10)))
    first = names(driver.here().list(Widget, limit=5))
    driver.delete(widget("02"), widget("04"))
    driver.put(widget("00b"), widget("07b"))
    second = names(driver.here().list(Widget, after=first[-1], limit=50))
    assert first == ["00", "01", "02", "03", "04"]
    assert second == ["05", "06", "07", "07b", "08", "09"]


def test_what_falls_due_comes_in_order(driver: Driver):
    driver.put(widget("late", due_at=moment(30)), widget("soon", due_at=moment(10)), widget("never"))
    driver.put(Person(ACCOUNT, "ada"))
    identity = ("test:Widget", ACCOUNT, REGION, "soon")
    assert driver.store.due(9.9) is None
    assert driver.store.due(10.0) == (10.0, identity)
    assert driver.store.load(identity).name == "soon"
    driver.put(widget("soon", due_at=moment(40)))
    assert driver.store.due(100.0)[1][3] == "late"
    driver.delete(widget("late"))
    assert driver.store.due(100.0) == (40.0, identity)
    driver.put(widget("soon"))
    assert driver.store.due(100.0) is None


def test_what_is_passed_over_does_not_fall_due(driver: Driver):
    driver.put(*(widget(name, due_at=moment(5)) for name in "abc"))
    a, b, c = (("test:Widget", ACCOUNT, REGION, name) for name in "abc")
    assert driver.store.due(9, {a, b}) == (5.0, c)
    assert driver.store.due(9, {b}) == (5.0, a)
    assert driver.store.due(9, {a, b, c}) is None


def test_only_what_is_of_the_kinds_named_falls_due(driver: Driver):
    driver.put(widget("a", due_at=moment(5)))
    assert driver.store.due(9, kinds={"test:Gadget"}) is None
    assert driver.store.due(9, kinds={"test:Gadget", "test:Widget"})[1][3] == "a"
    assert driver.store.due(9, {("test:Widget", ACCOUNT, REGION, "a")}, {"test:Widget"}) is None


def test_a_due_time_needs_a_time_zone(driver: Driver):
    with pytest.raises(ValueError, match="time zone"):
        driver.put(widget("a", due_at=moment(5).replace(tzinfo=None)))
    assert driver.here().get(Widget, "a") is None


def test_events_leave_with_their_commit_or_not_at_all(driver: Driver):
    driver.put(widget("a"))
    lost = driver.store.begin()
    lost.at(ACCOUNT, REGION).get(Widget, "a")
    lost.at(ACCOUNT, REGION).emit(domain_event("lost"))
    kept = driver.store.begin()
    kept.at(ACCOUNT, REGION).put(widget("a", size=1))
    kept.at(ACCOUNT, REGION).emit(domain_event("first"))
    kept.at(ACCOUNT, REGION).emit(domain_event("second"))
    driver.commit(kept)
    with pytest.raises(Conflict):
        driver.commit(lost)
    assert [event for _, event in driver.store.outbox()] == [domain_event("first"), domain_event("second")]


def test_the_outbox_is_read_in_order_and_forgotten_by_position(driver: Driver):
    changes = driver.store.begin()
    for number in range(5):
        changes.at(ACCOUNT, REGION).emit(domain_event(str(number)))
    driver.commit(changes)
    positions = [position for position, _ in driver.store.outbox()]
    assert positions == sorted(positions)
    assert [event.id for _, event in driver.store.outbox(positions[1], 2)] == ["2", "3"]
    driver.run(driver.store.forget([positions[0], positions[2], 0]))
    assert [event.id for _, event in driver.store.outbox()] == ["1", "3", "4"]
    assert [driver.store.waits(each) for each in positions] == [False, True, False, True, True]


def test_a_commit_says_where_in_the_outbox_its_events_end(driver: Driver):
    async def commit(*names: str) -> int:
        changes = driver.store.begin()
        for name in names:
            changes.at(ACCOUNT, REGION).emit(domain_event(name))
        return await driver.store.commit(changes, [])

    assert driver.all_together(commit("a", "b"), commit(), commit("c")) == [2, 0, 3]
    assert driver.store.newest() == 3
    driver.run(driver.store.forget([1, 2, 3]))
    assert driver.run(commit("d")) == 4


def test_the_secrets_of_an_event_come_back_and_belong_to_it_alone(driver: Driver):
    event = structs.replace(domain_event("e"), to=(ACCOUNT, "eu-west-1"), secrets={"a": b"s3cret", "b": b""})
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).emit(event)
    driver.commit(changes)
    ((_, found),) = driver.store.outbox()
    assert found == event


def test_audit_and_changes_are_one_commit(driver: Driver):
    driver.put(widget("a"))
    losing = driver.store.begin()
    losing.at(ACCOUNT, REGION).put(widget("a", size=1))
    winning = driver.store.begin()
    winning.at(ACCOUNT, REGION).put(widget("a", size=2))
    driver.commit(winning, audit_event("winning"))
    with pytest.raises(Conflict):
        driver.commit(losing, audit_event("losing"))
    driver.audited()
    assert [event.request_id for event in driver.store.trail.events()] == ["winning"]


def test_the_trail_is_read_in_both_orders_and_by_time(driver: Driver):
    events = [audit_event(str(number), float(number), params={"Name": "n", "Blob": b"\0"}) for number in range(10)]
    driver.audited(*events[:4])
    driver.audited(*events[4:])
    trail = driver.store.trail
    assert as_given(trail.events(newest_first=False)) == events
    assert as_given(trail.events()) == events[::-1]
    assert [event.request_id for event in trail.events(since=2, until=5, newest_first=False)] == ["2", "3", "4"]
    assert [event.request_id for event in trail.events(where=lambda event: event.time == 7)] == ["7"]


def test_a_denial_is_found_by_its_authorization_id(driver: Driver):
    for number in range(5):
        driver.audited(audit_event(f"fine-{number}"), audit_event(f"no-{number}", authorization_id=f"id{number}"))
    assert driver.store.trail.find("id3").request_id == "no-3"
    assert driver.store.trail.find("id9") is None


def test_every_event_has_an_id_of_its_own_for_good(driver: Driver):
    driver.audited(*(audit_event(str(number)) for number in range(5)))
    driver.audited(audit_event("5", authorization_id="denied"))
    ids = {event.request_id: event.event_id for event in driver.store.trail.events()}
    assert len(set(ids.values())) == 6
    assert all(uuid.UUID(each).version == 8 for each in ids.values())
    assert {event.request_id: event.event_id for event in driver.store.trail.events(newest_first=False)} == ids
    assert driver.store.trail.find("denied").event_id == ids["5"]


def test_a_commit_goes_on_though_nobody_waits_any_more(driver: Driver):
    async def commit_and_leave() -> None:
        changes = driver.store.begin()
        changes.at(ACCOUNT, REGION).put(widget("a"))
        leaving = asyncio.create_task(driver.store.commit(changes, [audit_event("a")]))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        following = driver.store.begin()
        following.at(ACCOUNT, REGION).put(widget("b"))
        await driver.store.commit(following, [])

    driver.run(commit_and_leave())
    assert names(driver.here().list(Widget)) == ["a", "b"]
    assert [event.request_id for event in driver.store.trail.events()] == ["a"]


def test_where_records_of_a_kind_are_is_told(driver: Driver):
    assert driver.store.places(Widget) == []
    driver.put(widget("a"), widget("b"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, "elsewhere").put(replace(widget("c"), region="elsewhere"))
    driver.commit(changes)
    assert driver.store.places(Widget) == sorted([(ACCOUNT, REGION), (ACCOUNT, "elsewhere")])
    changes = driver.store.begin()
    changes.at(ACCOUNT, "elsewhere").delete(changes.at(ACCOUNT, "elsewhere").get(Widget, "c"))
    driver.commit(changes)
    assert driver.store.places(Widget) == [(ACCOUNT, REGION)]


def test_the_audit_chain_verifies(driver: Driver):
    assert driver.store.trail.verify().intact
    driver.audited(audit_event("a"), audit_event("b"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).put(widget("a"))
    driver.commit(changes, audit_event("c"))
    verification = driver.store.trail.verify()
    assert verification.intact
    assert verification.events == 3


def test_a_record_that_cannot_be_encoded_is_refused_and_nothing_is_kept(driver: Driver):
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).put(widget("fine"))
    changes.at(ACCOUNT, REGION).put(widget("odd", notes={"k": object()}))
    with pytest.raises(TypeError):
        driver.commit(changes, audit_event("x"))
    assert driver.here().list(Widget) == []
