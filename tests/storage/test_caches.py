"""What is committed, in a worker's memory."""

import pytest

from vauban.storage.caches import Cache
from vauban.storage.coherence import digest


def test_the_first_kept_makes_room():
    cache = Cache(2)
    for name in "abc":
        cache.keep((name,), (1, name))
    assert list(cache.entries) == [("b",), ("c",)]
    cache.drop(digest(("a",)), 9)
    assert len(cache.entries) == 2


def test_what_changed_is_dropped_unless_it_is_that_change():
    cache = Cache(9)
    cache.keep(("old",), (4, "old"))
    cache.keep(("new",), (5, "new"))
    cache.drop(digest(("old",)), 5)
    cache.drop(digest(("new",)), 5)
    cache.drop(digest(("other",)), 5)
    assert list(cache.entries) == [("new",)]


def test_of_two_with_one_digest_only_one_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vauban.storage.caches.digest", lambda key: 7)
    cache = Cache(9)
    cache.keep(("a",), (1, "a"))
    cache.keep(("b",), (1, "b"))
    assert list(cache.entries) == [("b",)]
    cache.drop(7, 2)
    assert not cache.entries
