"""Backslash escapes of C, CSS and JavaScript, decoded."""

import re
from collections.abc import Callable

_C = re.compile(rb"\\(?:x(?P<hex>[0-9A-Fa-f]{2})|(?P<octal>[0-7]{1,3})|(?P<control>[abfnrtv])|(?P<itself>[\\?'\"]))")
_CSS = re.compile(rb"\\(?:(?P<narrow>[0-9A-Fa-f]{1,6})\s?|(?P<nothing>\n)|(?s:(?P<itself>.))|\Z)")
_JAVASCRIPT = re.compile(
    rb"\\(?:u(?P<narrow>[0-9A-Fa-f]{4})|x(?P<hex>[0-9A-Fa-f]{2})|(?P<octal>[0-3]?[0-7]{1,2})"
    rb"|(?P<control>[abfnrtv])|(?s:(?P<itself>.)))"
)
_ECMASCRIPT_2015 = re.compile(
    rb"\\(?:u(?P<wide>[0-9A-Fa-f]{4})|u\{(?P<point>0*[0-9A-Fa-f]{1,6})\}|x(?P<hex>[0-9A-Fa-f]{2})"
    rb"|(?P<octal>[0-3]?[0-7]{1,2})|(?P<control>[abfnrtv])|(?s:(?P<itself>.)))"
)
_CONTROLS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def escape_sequence_decode(value: bytes) -> bytes:
    r"""ANSI C's escapes: `\n`, `\x41`, `\101`, … What is no escape is left as it is."""
    return _C.sub(_decoded, value) if b"\\" in value else value


def css_decode(value: bytes) -> bytes:
    r"""CSS 2.1 §4.1.3's escapes, of whose digits the last two count; a backslash before anything else is dropped."""
    return _CSS.sub(_decoded, value) if b"\\" in value else value


def javascript_decode(value: bytes) -> bytes:
    r"""JavaScript's escapes: `\u0041`, `\x41`, `\101`, `\n`, …; a backslash before anything else is dropped."""
    return _JAVASCRIPT.sub(_decoded, value) if b"\\" in value else value


def javascript_decode_extended(value: bytes) -> bytes:
    r"""JS_DECODE, and ECMAScript 2015's `\u{1F600}`; characters beyond a byte are written in UTF-8."""
    return _ECMASCRIPT_2015.sub(_decoded, value) if b"\\" in value else value


def narrow(code: int) -> bytes:
    """The byte that stands for a UTF-16 code: of a full-width form its ASCII character, of any other the lower half."""
    return bytes(((code + 0x20 if 0xFF01 <= code <= 0xFF5E else code) & 0xFF,))


def character(code: int) -> bytes:
    """A code point: a byte of Latin-1 as it is, the rest in UTF-8; nothing for what is no character."""
    if code < 0x100 or 0xFF01 <= code <= 0xFF5E:
        return narrow(code)
    return chr(code).encode("utf-8", "ignore") if code <= 0x10FFFF else b""


def _decoded(found: re.Match[bytes]) -> bytes:
    kind = found.lastgroup
    return _KINDS[kind](found[kind]) if kind else b""


_KINDS: dict[str, Callable[[bytes], bytes]] = {
    "hex": lambda digits: narrow(int(digits, 16)),
    "octal": lambda digits: narrow(int(digits, 8)),
    "narrow": lambda digits: narrow(int(digits, 16)),
    "wide": lambda digits: character(int(digits, 16)),
    "point": lambda digits: character(int(digits, 16)),
    "control": _CONTROLS.__getitem__,
    "nothing": lambda _: b"",
    "itself": lambda itself: itself,
}
