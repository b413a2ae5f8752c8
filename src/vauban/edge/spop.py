"""Frames of the Stream Processing Offload Protocol 2.0, by which HAProxy asks agents, without I/O.

Source: https://www.haproxy.org/download/2.6/doc/SPOE.txt, section 3.
"""

from typing import NamedTuple

HAPROXY_HELLO, HAPROXY_DISCONNECT, NOTIFY = 1, 2, 3
AGENT_HELLO, AGENT_DISCONNECT, ACK = 101, 102, 103
_FINAL = b"\x00\x00\x00\x01"
_SET_VARIABLE, _TRANSACTION = 1, 2
_NULL, _BOOLEAN, _INT32, _UINT32, _INT64, _UINT64, _IPV4, _IPV6, _STRING, _BINARY = range(10)

Value = None | bool | int | str | bytes
"""Text and binary data are both ``bytes`` when read; a ``str`` is written as text. Addresses are packed."""


class Malformed(Exception):
    """What came is no frame."""


class Frame(NamedTuple):
    kind: int
    final: bool
    stream: int
    number: int
    payload: bytes


class _Reader:
    """Takes values off the front."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        taken = self.data[self.at : self.at + size]
        if len(taken) != size:
            raise Malformed
        self.at += size
        return taken

    def number(self) -> int:
        """The protocol's own variable length."""
        value = self.take(1)[0]
        if value < 240:
            return value
        shift = 4
        for _ in range(9):
            byte = self.take(1)[0]
            value += byte << shift
            shift += 7
            if byte < 128:
                return value
        raise Malformed

    def text(self) -> bytes:
        return self.take(self.number())

    def value(self) -> Value:
        head = self.take(1)[0]
        kind = head & 15
        if kind == _NULL:
            return None
        if kind == _BOOLEAN:
            return bool(head & 16)
        if kind in (_INT32, _UINT32, _INT64, _UINT64):
            return self.number()
        if kind in (_IPV4, _IPV6):
            return self.take(4 if kind == _IPV4 else 16)
        if kind in (_STRING, _BINARY):
            return self.text()
        raise Malformed

    @property
    def over(self) -> bool:
        return self.at >= len(self.data)


def read_frame(data: bytes, most_bytes: int) -> tuple[Frame, int] | None:
    """The frame that ``data`` begins with, and where it ends; None where more has to come. Raises Malformed."""
    if len(data) < 4:
        return None
    size = int.from_bytes(data[:4], "big")
    if not 7 <= size <= most_bytes:
        raise Malformed
    if len(data) < 4 + size:
        return None
    reader = _Reader(data[4 : 4 + size])
    kind, flags = reader.take(1)[0], int.from_bytes(reader.take(4), "big")
    stream, number = reader.number(), reader.number()
    return Frame(kind, bool(flags & 1), stream, number, reader.data[reader.at :]), 4 + size


def read_pairs(payload: bytes) -> dict[bytes, Value]:
    """What a HELLO says. Raises Malformed."""
    reader, found = _Reader(payload), {}
    while not reader.over:
        name = reader.text()
        found[name] = reader.value()
    return found


def read_messages(payload: bytes) -> list[tuple[bytes, dict[bytes, Value]]]:
    """Name and arguments of each message of a NOTIFY. Raises Malformed."""
    reader, found = _Reader(payload), []
    while not reader.over:
        name, count = reader.text(), reader.take(1)[0]
        found.append((name, {reader.text(): reader.value() for _ in range(count)}))
    return found


def read_headers(data: bytes) -> list[tuple[bytes, bytes]]:
    """HAProxy's ``req.hdrs_bin``: names and values, in their order. Raises Malformed."""
    reader, found = _Reader(data), []
    while not reader.over:
        name, value = reader.text(), reader.text()
        if name:
            found.append((name, value))
    return found


def write_frame(kind: int, stream: int, number: int, payload: bytes) -> bytes:
    content = bytes((kind,)) + _FINAL + _number(stream) + _number(number) + payload
    return len(content).to_bytes(4, "big") + content


def write_pairs(pairs: dict[str, Value]) -> bytes:
    return b"".join(_text(name.encode()) + _value(value) for name, value in pairs.items())


def write_variables(variables: dict[str, Value]) -> bytes:
    """Actions of an ACK that set variables of the transaction."""
    start = bytes((_SET_VARIABLE, 3, _TRANSACTION))
    return b"".join(start + _text(name.encode()) + _value(value) for name, value in variables.items())


def _number(value: int) -> bytes:
    if value < 240:
        return bytes((value,))
    written = bytearray((value & 0xF | 0xF0,))
    value = (value - 240) >> 4
    while value >= 128:
        written.append(value & 0x7F | 0x80)
        value = (value - 128) >> 7
    written.append(value)
    return bytes(written)


def _text(data: bytes) -> bytes:
    return _number(len(data)) + data


def _value(value: Value) -> bytes:
    if value is None:
        return bytes((_NULL,))
    if isinstance(value, bool):
        return bytes((_BOOLEAN | (16 if value else 0),))
    if isinstance(value, int):
        return bytes((_UINT32,)) + _number(value)
    if isinstance(value, str):
        return bytes((_STRING,)) + _text(value.encode())
    return bytes((_BINARY,)) + _text(value)
