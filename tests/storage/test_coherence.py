"""The shared page."""

import os
import struct

import pytest

from vauban.storage.coherence import _SLOTS, POSITION, Page, digest


def test_changes_are_read_where_they_were_told():
    page = Page()
    assert page.publish([11, 12], 5) == 2
    assert page.publish([13], 6) == 3
    assert page.changes(0, 3) == [(11, 5), (12, 5), (13, 6)]
    assert page.changes(2, 3) == [(13, 6)]
    assert page.changes(3, 3) == []


def test_a_ring_that_went_round_says_so():
    page = Page()
    page.publish([1], 1)
    page.publish(list(range(_SLOTS)), 2)
    assert page.changes(0, page.position) is None
    assert len(page.changes(1, page.position)) == _SLOTS


def test_more_changes_at_once_than_the_ring_holds_lose_none_unsaid():
    page = Page()
    page.publish(list(range(_SLOTS + 5)), 1)
    assert page.position == _SLOTS + 5
    assert page.changes(0, page.position) is None
    assert page.changes(5, page.position) == [(digest, 1) for digest in range(5, _SLOTS + 5)]


def test_digests_differ_by_every_part():
    identities = [("a", "b", "c", "d"), ("ab", "", "c", "d"), ("a", "b", "cd", ""), ("a", "b", "c", "e"), ("a", "b")]
    assert len({digest(each) for each in identities}) == 5


def test_processes_forked_later_share_the_page():
    page = Page()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        page.publish([7], 3)
        page.clock_offset = -5
        os.write(writing, struct.pack("Q", digest(("a", "", "", "b"))))
        os._exit(0)
    os.waitpid(child, 0)
    assert page.words[POSITION] == 1
    assert page.changes(0, 1) == [(7, 3)]
    assert page.clock_offset == -5
    assert struct.unpack("Q", os.read(reading, 8)) == (digest(("a", "", "", "b")),)


@pytest.mark.parametrize("microseconds", [0, 1, 60 * 86_400 * 10**6, 2**62])
def test_the_clock_offset_is_kept_to_the_microsecond(microseconds: int):
    page = Page()
    page.clock_offset = microseconds
    assert page.clock_offset == microseconds
