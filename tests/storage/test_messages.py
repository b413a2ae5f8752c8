"""Messages between workers and the writer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.storage.messages import LARGEST_MESSAGE, Batch, Frames, Reply, decode_batch, decode_reply, frame


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_messages_arrive_whole_however_they_are_cut(reasons: list[bytes], data: st.DataObject):
    sent = [Reply(fault=each.hex()) for each in reasons]
    stream = b"".join(frame(each) for each in sent)
    frames, received = Frames(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        received += [decode_reply(each) for each in frames.feed(stream[:size])]
        stream = stream[size:]
    assert received == sent


def test_a_message_beyond_all_bounds_is_refused():
    with pytest.raises(ValueError, match="bytes"):
        list(Frames().feed((LARGEST_MESSAGE + 1).to_bytes(4, "big")))


def test_a_batch_says_all_it_was_given():
    (message,) = Frames().feed(frame(Batch([], None, [5], 7.5)))
    assert decode_batch(message) == Batch([], None, [5], 7.5)
