"""The PROXY protocol: what a load balancer in front says of whose connection it is, versions 1 and 2.

Source: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

import re
from ipaddress import IPv4Address, IPv6Address

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
MOST_BYTES = 16 + 65535
_LINE = re.compile(rb"PROXY (?:TCP[46] ([0-9A-Fa-f.:]+) [0-9A-Fa-f.:]+ ([0-9]{1,5}) [0-9]{1,5}|UNKNOWN[^\r]*)\r\n")
_LONGEST_LINE = 107


class NotProxied(Exception):
    """What came is no PROXY header."""


Origin = tuple[str, int]
"""Address and port of the client."""


def read_origin(data: bytes) -> tuple[Origin | None, int] | None:
    """Whose connection it is, and the size of the header; None where more has to come.

    The origin is None where the proxy speaks for itself. Raises NotProxied.
    """
    if data[:12] == SIGNATURE[: len(data[:12])]:
        return _read_binary(data) if len(data) >= 16 else None
    end = data.find(b"\r\n", 0, _LONGEST_LINE)
    if end < 0:
        if len(data) < _LONGEST_LINE and data[:6] == b"PROXY "[: len(data[:6])]:
            return None
        raise NotProxied
    found = _LINE.fullmatch(data, 0, end + 2)
    if found is None:
        raise NotProxied
    return (_origin(found[1], int(found[2])) if found[1] else None), end + 2


def _origin(address: bytes, port: int) -> Origin:
    text = address.decode()
    try:
        return str(IPv6Address(text) if ":" in text else IPv4Address(text)), port
    except ValueError:
        raise NotProxied from None


def _read_binary(data: bytes) -> tuple[Origin | None, int] | None:
    version, command, family = data[12] >> 4, data[12] & 0xF, data[13] >> 4
    size = 16 + int.from_bytes(data[14:16], "big")
    if version != 2 or command > 1:
        raise NotProxied
    if len(data) < size:
        return None
    if command == 0 or family not in (1, 2):
        return None, size
    width = 4 if family == 1 else 16
    if size < 16 + 2 * width + 4:
        raise NotProxied
    packed = data[16 : 16 + width]
    address = IPv4Address(packed) if family == 1 else IPv6Address(packed)
    return (str(address), int.from_bytes(data[16 + 2 * width : 18 + 2 * width], "big")), size
