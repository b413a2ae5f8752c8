"""The writer's process: batches in from every worker, one commit, replies out."""

import selectors
import socket
from collections.abc import Callable, Sequence

from vauban.storage.messages import Batch, Frames, Reply, decode_batch, frame

_READ_BYTES = 2**20

Write = Callable[[Sequence[Batch]], list[Reply]]


def serve(channels: Sequence[socket.socket], write: Write) -> None:
    """Write what the workers at the other ends send, until all of them have closed theirs."""
    with selectors.DefaultSelector() as selector:
        for channel in channels:
            selector.register(channel, selectors.EVENT_READ, Frames())
        while selector.get_map():
            group = [
                (channel, each) for channel, frames in _ready(selector) for each in _receive(selector, channel, frames)
            ]
            if group:
                _answer(group, write)


def _ready(selector: selectors.BaseSelector) -> list[tuple[socket.socket, Frames]]:
    return [(key.fileobj, key.data) for key, _ in selector.select()]


def _receive(selector: selectors.BaseSelector, channel: socket.socket, frames: Frames) -> list[Batch]:
    try:
        data = channel.recv(_READ_BYTES)
    except ConnectionError:
        data = b""
    if not data:
        selector.unregister(channel)
        channel.close()
    return [decode_batch(message) for message in frames.feed(data)]


def _answer(group: list[tuple[socket.socket, Batch]], write: Write) -> None:
    replies = write([batch for _, batch in group])
    for (channel, _), reply in zip(group, replies, strict=True):
        try:
            channel.sendall(frame(reply))
        except OSError:
            continue
