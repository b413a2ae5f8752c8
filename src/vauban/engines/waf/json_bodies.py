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
_OPENING = {b"{": b"}", b"[": b"]"}
_CLOSING = frozenset(_OPENING.values())
_QUOTE = ord('"')
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
    keys, values, whole = _walk(tokens, selected)
    return keys, values, whole and not broken


def _walk(tokens: list[bytes], selected: Selection) -> tuple[list[bytes], list[bytes], bool]:
    """Without recursion, and in one function: it sees every token of every body.

    `here` is what is selected of the members of what encloses the token, `coming` what is of the next value; `index`
    is that of the last member of an array, in an object -1 where a key is expected.
    """
    keys: list[bytes] = []
    values: list[bytes] = []
    above: list[tuple[bytes, Selection, int]] = []
    closing, here, coming, index, ended = b"", None, selected, 0, False
    for token in tokens:
        if token == closing and (index < 0 or token == b"]"):
            closing, here, index = above.pop()
        elif ended or token in _CLOSING:
            return keys, values, False
        elif index < 0 and closing == b"}":
            if token[0] != _QUOTE:
                return keys, values, False
            key = token[1:-1] if b"\\" not in token else _text(token)
            coming = here if here is EVERYTHING else _below(here, key)
            if coming is EVERYTHING:
                keys.append(key)
            index = 0
            continue
        else:
            if closing == b"]":
                index += 1
                coming = here if here is EVERYTHING else _below(here, b"%d" % index)
            if token in _OPENING:
                above.append((closing, here, index))
                closing, here, index = _OPENING[token], coming, -1
                continue
            if coming is EVERYTHING:
                values.append(_text(token))
        if closing == b"}":
            index = -1
        ended = not closing
    return keys, values, not above


def _below(selected: Selection, key: bytes) -> Selection:
    return selected.get(key) if isinstance(selected, Mapping) else None


def _text(token: bytes) -> bytes:
    if token[0] != _QUOTE:
        return token
    return _ESCAPE.sub(_unescaped, token[1:-1]) if b"\\" in token else token[1:-1]


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[4]:
        return _ESCAPED.get(found[4], found[4])
    if found[3]:
        return chr(int(found[3], 16)).encode("utf-8", "surrogatepass")
    high, low = int(found[1], 16), int(found[2], 16)
    return chr(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)).encode()
