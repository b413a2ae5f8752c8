"""The audit log, searched: off the loop, and with chunks passed over unread."""

import threading

from .conftest import Driver
from .samples import audit_event


def test_a_search_sees_all_that_was_audited_before_it(driver: Driver):
    async def search() -> list[str]:
        driver.store.audit(audit_event("fresh", 7.0))
        return await driver.store.search(lambda trail: [event.request_id for event in trail.events()])

    driver.audited(audit_event("old", 3.0))
    assert driver.run(search()) == ["fresh", "old"]


def test_a_search_is_given_its_arguments_and_may_fail(driver: Driver):
    def fail(trail: object, word: str) -> None:
        raise LookupError(word)

    async def search() -> str:
        try:
            await driver.store.search(fail, "nothing")
        except LookupError as error:
            return str(error)
        return ""

    assert driver.run(search()) == "nothing"


def test_only_chunks_that_mention_the_text_are_read(driver: Driver):
    for number in range(3):
        driver.audited(audit_event(f"request-{number}", float(number)))
    trail = driver.store.trail
    assert "request-1" in [event.request_id for event in trail.events(mentioning="request-1")]
    assert list(trail.events(mentioning="request-9")) == []


def test_the_log_starts_with_its_oldest_event(driver: Driver):
    assert driver.store.trail.start() is None
    driver.audited(audit_event("a", 3.0))
    driver.audited(audit_event("b", 5.0))
    assert driver.store.trail.start() == 3.0


def test_searches_at_once_do_not_meet(driver: Driver):
    driver.audited(audit_event("a", 3.0))

    def count(trail: object) -> tuple[int, int]:
        return len(list(trail.events())), threading.get_ident()

    found = driver.all_together(*(driver.store.search(count) for _ in range(4)))
    assert [events for events, _ in found] == [1, 1, 1, 1]
