"""JSON read as far as it goes: keys and values, in their order, repeated ones too, up to where it is no JSON any more.

As AWS WAF's parser this one does not validate: missing and superfluous commas and colons are overlooked.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_TOKEN = re.compile(rb"""[\s,:]*+("(?:[^"\\]++|\\.)*+"|[{}\[\]]|-?[0-9][0-9.eE+-]*+|true|false|null|.+)""", re.DOTALL)
_WHOLE = re.compile(rb"""(?:"(?:[^"\\]++|\\.)*+"|[{}\[\]]|-?[0-9][0-9.eE+-]*+|true|false|null)""", re.DOTALL)
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

EVERYTHING: Final = object()
"""Selected, with all that is below it."""
Selection = Any
"""What of a document is asked for: EVERYTHING, None, or by key the selections below."""


def is_pointer(text: str) -> bool:
    """Whether it is a JSON Pointer to something in a document."""
    return _POINTER.fullmatch(text) is not None


def selection(pointers: Iterable[str]) -> Selection:
    """What JSON Pointers (RFC 6901) select."""
    root: dict[bytes, Selection] = {}
    for pointer in pointers:
        node = root
        *above, last = (part.replace("~1", "/").replace("~0", "~").encode() for part in pointer.split("/")[1:])
        for key in above:
            below = node.setdefault(key, {})
            if below is EVERYTHING:
                break
            node = below
        else:
            node[last] = EVERYTHING
    return root


def read(body: bytes, selected: Selection = EVERYTHING) -> tuple[list[bytes], list[bytes], bool]:
    """The selected keys, the selected scalars, and whether all of the body could be read."""
    tokens = _TOKEN.findall(body.removeprefix(_BYTE_ORDER_MARK))
    broken = bool(tokens) and not _WHOLE.fullmatch(tokens[-1])
    if broken:
        tokens.pop()
    keys, values, whole = _Walk(selected).through(tokens)
    return keys, values, whole and not broken


class _Walk:
    """Where in a document a reader stands, without recursion: however deep it is, it costs what its length does."""

    def __init__(self, selected: Selection) -> None:
        self.keys: list[bytes] = []
        self.values: list[bytes] = []
        self.above: list[tuple[Any, ...]] = []
        self.closing = b""
        self.here: Selection = None
        self.next: Selection = selected
        self.index = -1
        """Of the last member of an array; in an object -1 where a key is expected."""
        self.ended = False

    def through(self, tokens: list[bytes]) -> tuple[list[bytes], list[bytes], bool]:
        whole = all(map(self._take, tokens)) and not self.above
        return self.keys, self.values, whole

    def _take(self, token: bytes) -> bool:
        first = token[:1]
        if first in (b"}", b"]"):
            return self._close(token)
        if self.ended:
            return False
        if self.closing == b"}" and self.index < 0:
            return self._key(token)
        if self.closing == b"]":
            self.index += 1
            self.next = _below(self.here, b"%d" % self.index)
        if first in (b"{", b"["):
            self._open(token)
        else:
            if self.next is EVERYTHING:
                self.values.append(_text(token))
            self._pass()
        return True

    def _key(self, token: bytes) -> bool:
        if token[:1] != b'"':
            return False
        key = _text(token)
        self.next = _below(self.here, key)
        if self.next is EVERYTHING:
            self.keys.append(key)
        self.index = 0
        return True

    def _open(self, token: bytes) -> None:
        self.above.append((self.closing, self.here, self.index))
        self.closing, self.here, self.index = (b"}" if token == b"{" else b"]"), self.next, -1

    def _close(self, token: bytes) -> bool:
        if token != self.closing or (token == b"}" and self.index >= 0):
            return False
        self.closing, self.here, self.index = self.above.pop()
        self._pass()
        return True

    def _pass(self) -> None:
        """A value is done with."""
        if self.closing == b"}":
            self.index = -1
        self.ended = not self.closing


def _below(selected: Selection, key: bytes) -> Selection:
    if selected is EVERYTHING:
        return EVERYTHING
    return selected.get(key) if isinstance(selected, Mapping) else None


def _text(token: bytes) -> bytes:
    if token[:1] != b'"':
        return token
    return _ESCAPE.sub(_unescaped, token[1:-1]) if b"\\" in token else token[1:-1]


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[4]:
        return _ESCAPED.get(found[4], found[4])
    if found[3]:
        return chr(int(found[3], 16)).encode("utf-8", "surrogatepass")
    high, low = int(found[1], 16), int(found[2], 16)
    return chr(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)).encode()
