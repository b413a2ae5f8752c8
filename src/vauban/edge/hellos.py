"""What a client says first over TLS, before it is answered: the name it wants, and what it may be known by.

JA3 and JA4 are fingerprints of the ClientHello (RFC 8446 §4.1.2): https://github.com/salesforce/ja3,
https://github.com/FoxIO-LLC/ja4. Reserved values (GREASE, RFC 8701) count for neither.
"""

import hashlib
from typing import NamedTuple

MOST_BYTES = 32 * 1024
_HANDSHAKE, _CLIENT_HELLO = 22, 1
_SERVER_NAME, _GROUPS, _FORMATS, _SIGNATURES, _ALPN, _VERSIONS = 0, 10, 11, 13, 16, 43
_VERSION_NAMES = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3"}


class NotTls(Exception):
    """What came is no ClientHello."""


class Hello(NamedTuple):
    """A ClientHello, as far as anybody asks."""

    server_name: str
    protocols: tuple[bytes, ...]
    """Of ALPN."""
    ja3: str
    ja4: str


def read_hello(data: bytes) -> Hello | None:
    """The ClientHello that ``data`` begins with; None where more has to come. Raises NotTls."""
    message = _message(data)
    if message is None:
        return None
    try:
        return _read(message)
    except (IndexError, UnicodeDecodeError, ValueError):
        raise NotTls from None


def _message(data: bytes) -> bytes | None:
    """The handshake message, put together of its records."""
    message, at = b"", 0
    while True:
        if data[at : at + 1] not in (b"", b"\x16") or data[at + 1 : at + 2] not in (b"", b"\x03"):
            raise NotTls
        if len(data) < at + 5:
            return _wait(data)
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        message += data[at + 5 : at + 5 + size]
        if message[:1] not in (b"", b"\x01"):
            raise NotTls
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            return message[4 : 4 + int.from_bytes(message[1:4], "big")]
        if len(data) < at + 5 + size or not size:
            return _wait(data)
        at += 5 + size


def _wait(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise NotTls


class _Fields:
    """Takes vectors off the front."""

    def __init__(self, data: bytes):
        self.left = data

    def take(self, size: int) -> bytes:
        taken, self.left = self.left[:size], self.left[size:]
        if len(taken) != size:
            raise IndexError
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """One whose length stands in ``size`` bytes before it."""
        return self.take(self.number(size))


def _read(message: bytes) -> Hello:
    fields = _Fields(message)
    version = fields.number(2)
    fields.take(32)
    fields.vector(1)
    ciphers = _numbers(fields.vector(2))
    fields.vector(1)
    extensions: list[tuple[int, bytes]] = []
    block = _Fields(fields.vector(2) if fields.left else b"")
    while block.left:
        extensions.append((block.number(2), block.vector(2)))
    known = dict(extensions)
    kinds = [kind for kind, _ in extensions if not _is_grease(kind)]
    name = _server_name(known.get(_SERVER_NAME, b""))
    protocols = _protocols(known.get(_ALPN, b""))
    groups = _numbers(_inner(known.get(_GROUPS), 2))
    formats = list(_inner(known.get(_FORMATS), 1))
    ja3 = ",".join((str(version), _dashed(ciphers), _dashed(kinds), _dashed(groups), _dashed(formats)))
    newest = max((each for each in _numbers(_inner(known.get(_VERSIONS), 1))), default=version)
    ja4 = _ja4(newest, _SERVER_NAME in known, ciphers, kinds, protocols, _numbers(_inner(known.get(_SIGNATURES), 2)))
    return Hello(name, protocols, hashlib.md5(ja3.encode(), usedforsecurity=False).hexdigest(), ja4)


def _ja4(
    version: int, named: bool, ciphers: list[int], kinds: list[int], protocols: tuple[bytes, ...], signatures: list[int]
) -> str:
    first = protocols[0] if protocols else b""
    shown = _shown(first)
    counts = f"{min(len(ciphers), 99):02d}{min(len(kinds), 99):02d}"
    told = sorted(f"{each:04x}" for each in kinds if each not in (_SERVER_NAME, _ALPN))
    signed = ",".join(f"{each:04x}" for each in signatures)
    extensions = ",".join(told) + (f"_{signed}" if signed else "")
    suites = ",".join(sorted(f"{each:04x}" for each in ciphers))
    start = f"t{_VERSION_NAMES.get(version, '00')}{'d' if named else 'i'}{counts}{shown}"
    return f"{start}_{_short(suites)}_{_short(extensions if told else '')}"


def _shown(protocol: bytes) -> str:
    """The first and the last character of the first protocol asked for; of its hexadecimals where it is no text."""
    if not protocol:
        return "00"
    ends = protocol[:1] + protocol[-1:]
    if ends.isalnum():
        return ends.decode("ascii")
    return protocol.hex()[0] + protocol.hex()[-1]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12


def _dashed(numbers: list[int]) -> str:
    return "-".join(map(str, numbers))


def _is_grease(number: int) -> bool:
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def _numbers(data: bytes) -> list[int]:
    found = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2)]
    return [each for each in found if not _is_grease(each)]


def _inner(data: bytes | None, size: int) -> bytes:
    """The one vector that an extension consists of."""
    return _Fields(data).vector(size) if data else b""


def _server_name(data: bytes) -> str:
    names = _Fields(_inner(data, 2))
    while names.left:
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return name.decode("ascii").lower().rstrip(".")
    return ""


def _protocols(data: bytes) -> tuple[bytes, ...]:
    names, found = _Fields(_inner(data, 2)), []
    while names.left:
        found.append(names.vector(1))
    return tuple(found)
