"""Text transformations: what a part of a request is made plain by before it is inspected.

AWS WAF Developer Guide, "Text transformations". Where AWS's name is one of ModSecurity's (Reference Manual,
"Transformation functions") the meaning is ModSecurity's. Every one of them takes time linear in its value, and costs
next to nothing where there is nothing to transform.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping

from vauban.engines.waf.escapes import (
    character,
    css_decode,
    escape_sequence_decode,
    javascript_decode,
    javascript_decode_extended,
    narrow,
)
from vauban.engines.waf.paths import normalize_path, normalize_windows_path

Transformation = Callable[[bytes], bytes]

_WHITE = b" \t\n\r\v\f\xa0"
_TRIMMED = b" \t\n\r\v\f"
_SPACED = bytes.maketrans(_WHITE, b" " * len(_WHITE))
_SPACES = re.compile(rb"  +")

_COMMENT = re.compile(rb"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)", re.DOTALL)
_COMMENT_MARKS = re.compile(rb"<!--|-->|/\*|\*/|--|#")

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_NOT_BASE64 = bytes(set(range(256)) - _BASE64)
_BASE64_PREFIX = re.compile(rb"[A-Za-z0-9+/]*")
_HEX_PREFIX = re.compile(rb"(?:[0-9A-Fa-f]{2})*")
_SQL_HEX = re.compile(rb"0[xX]((?:[0-9A-Fa-f]{2})+)")

_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_PERCENT_UNI = re.compile(rb"%(?:[uU]([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))")
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)

_ENTITY = re.compile(rb"&(?:#[xX]([0-9A-Fa-f]{1,7})|#([0-9]{1,8})|(quot|amp|lt|gt|nbsp));?", re.IGNORECASE)
_ENTITIES = {b"quot": b'"', b"amp": b"&", b"lt": b"<", b"gt": b">", b"nbsp": b"\xa0"}

_SHELL_SPACES = bytes.maketrans(b",;\t\r\n", b"     ")
_SPACE_BEFORE = re.compile(rb" +(?=[/(])")
_BACKSLASHES = re.compile(rb"\\\\+")


def transform(name: str, value: bytes) -> bytes:
    """`value` as the transformation that AWS calls `name` leaves it. Raises KeyError for a name that is not AWS's."""
    return TRANSFORMATIONS[name](value)


def _same(value: bytes) -> bytes:
    return value


def _compress_white_space(value: bytes) -> bytes:
    return _SPACES.sub(b" ", value.translate(_SPACED))


def _remove_white_space(value: bytes) -> bytes:
    return value.translate(None, _WHITE)


def _command_line(value: bytes) -> bytes:
    return _shell(value, b"\\\"'^").lower()


def _windows_command_line(value: bytes) -> bytes:
    """What cmd.exe would see: its escapes are carets and double quotes; backslashes part directories."""
    return _BACKSLASHES.sub(rb"\\", _shell(value, b'"^')).lower().strip(_TRIMMED)


def _unix_command_line(value: bytes) -> bytes:
    """What a POSIX shell would see: its escapes are backslashes and both quotes."""
    return _shell(value, b"\\\"'").lower().strip(_TRIMMED)


def _shell(value: bytes, escapes: bytes) -> bytes:
    return _SPACE_BEFORE.sub(b"", _SPACES.sub(b" ", value.translate(_SHELL_SPACES, escapes)))


def _replace_comments(value: bytes) -> bytes:
    return _COMMENT.sub(b" ", value) if b"/*" in value else value


def _remove_comment_marks(value: bytes) -> bytes:
    return _COMMENT_MARKS.sub(b"", value)


def _base64_decode(value: bytes) -> bytes:
    """Decoded up to the first character that is not Base64's, as ModSecurity's base64Decode."""
    return _unbase64(_BASE64_PREFIX.match(value)[0])  # type: ignore[index]


def _forgiving_base64_decode(value: bytes) -> bytes:
    return _unbase64(value.translate(None, _NOT_BASE64))


def _unbase64(digits: bytes) -> bytes:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


def _hex_decode(value: bytes) -> bytes:
    """Decoded up to the first pair that is not hexadecimal."""
    return binascii.unhexlify(_HEX_PREFIX.match(value)[0])  # type: ignore[index]


def _sql_hex_decode(value: bytes) -> bytes:
    return _SQL_HEX.sub(lambda found: binascii.unhexlify(found[1]), value) if b"0" in value else value


def _url_decode(value: bytes) -> bytes:
    value = value.replace(b"+", b" ")
    return _PERCENT.sub(_percent, value) if b"%" in value else value


def _url_decode_unicode(value: bytes) -> bytes:
    value = value.replace(b"+", b" ")
    return _PERCENT_UNI.sub(_percent, value) if b"%" in value else value


def _percent(found: re.Match[bytes]) -> bytes:
    return narrow(int(found[found.lastindex], 16))  # type: ignore[index]


def _utf8_to_unicode(value: bytes) -> bytes:
    return value if value.isascii() else _UTF8.sub(_escaped, value)


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%u%04x" % ord(found[0].decode())


def _html_entity_decode(value: bytes) -> bytes:
    return _ENTITY.sub(_entity, value) if b"&" in value else value


def _entity(found: re.Match[bytes]) -> bytes:
    if found[3]:
        return _ENTITIES[found[3].lower()]
    return character(int(found[1], 16) if found[1] else int(found[2])) or found[0]


TRANSFORMATIONS: Mapping[str, Transformation] = {
    "NONE": _same,
    "BASE64_DECODE": _base64_decode,
    "BASE64_DECODE_EXT": _forgiving_base64_decode,
    "CMD_LINE": _command_line,
    "CMD_LINE_UNIX": _unix_command_line,
    "CMD_LINE_WIN": _windows_command_line,
    "COMPRESS_WHITE_SPACE": _compress_white_space,
    "CSS_DECODE": css_decode,
    "ESCAPE_SEQ_DECODE": escape_sequence_decode,
    "HEX_DECODE": _hex_decode,
    "HTML_ENTITY_DECODE": _html_entity_decode,
    "JS_DECODE": javascript_decode,
    "JS_DECODE_EXT": javascript_decode_extended,
    "LOWERCASE": bytes.lower,
    "MD5": lambda value: hashlib.md5(value, usedforsecurity=False).digest(),
    "NORMALIZE_PATH": normalize_path,
    "NORMALIZE_PATH_WIN": normalize_windows_path,
    "REMOVE_COMMENTS_CHAR": _remove_comment_marks,
    "REMOVE_NULLS": lambda value: value.replace(b"\0", b""),
    "REMOVE_WHITESPACE": _remove_white_space,
    "REPLACE_COMMENTS": _replace_comments,
    "REPLACE_NULLS": lambda value: value.replace(b"\0", b" "),
    "SHA256": lambda value: hashlib.sha256(value).digest(),
    "SQL_HEX_DECODE": _sql_hex_decode,
    "TRIM": lambda value: value.strip(_TRIMMED),
    "TRIM_LEFT": lambda value: value.lstrip(_TRIMMED),
    "TRIM_RIGHT": lambda value: value.rstrip(_TRIMMED),
    "UPPERCASE": bytes.upper,
    "URL_DECODE": _url_decode,
    "URL_DECODE_UNI": _url_decode_unicode,
    "UTF8_TO_UNICODE": _utf8_to_unicode,
}
"""AWS's names of them, and what they do: bytes → bytes."""

TRIGGERS: Mapping[str, tuple[bytes, ...]] = {
    "CSS_DECODE": (b"\\",),
    "ESCAPE_SEQ_DECODE": (b"\\",),
    "HTML_ENTITY_DECODE": (b"&",),
    "JS_DECODE": (b"\\",),
    "JS_DECODE_EXT": (b"\\",),
    "REMOVE_NULLS": (b"\0",),
    "REPLACE_COMMENTS": (b"/*",),
    "REPLACE_NULLS": (b"\0",),
    "URL_DECODE": (b"%", b"+"),
    "URL_DECODE_UNI": (b"%", b"+"),
}
"""What a value has one of, if the transformation changes it: many values are told at once to stay as they are."""
