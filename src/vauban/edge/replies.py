"""Answers that a load balancer gives by itself."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from vauban.edge.heads import Headers, RequestHead

_PHRASES = {
    460: "Client Closed Request",
    463: "Bad Request",
    464: "Incompatible Protocol Versions",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
    561: "Unauthorized",
}
"""Where they are not those of RFC 9110: AWS's own codes, and its words."""
LONGEST_LOCATION = 8192


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes
    error_reason: str = ""
    """AWS's word for it in the access log."""


def phrase(status: int) -> str:
    """The words behind a status code."""
    known = _PHRASES.get(status)
    return known or (HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "")


def plain(status: int, error_reason: str = "") -> Reply:
    """The page of a status code."""
    title = f"{status} {phrase(status)}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n"
        f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Reply(status, [(b"Content-Type", b"text/html")], page.encode(), error_reason)


def fixed(config: dict[str, str]) -> Reply:
    """``FixedResponseActionConfig`` of elbv2, carried out."""
    headers = [(b"Content-Type", config.get("ContentType", "text/plain").encode())]
    return Reply(int(config["StatusCode"]), headers, config.get("MessageBody", "").encode())


def redirect(config: dict[str, str], head: RequestHead, protocol: str, port: int) -> Reply:
    """``RedirectActionConfig`` of elbv2, carried out; ``protocol`` and ``port`` are the listener's.

    What is not said stays as it was; a location that is too long is answered 507.
    """
    host = head.host.decode("latin-1").rpartition(":")
    name = host[0] if host[1] and host[2].isdigit() else head.host.decode("latin-1")
    known = {
        "#{protocol}": protocol.lower(),
        "#{host}": name,
        "#{port}": str(port),
        "#{path}": head.path.decode("latin-1").removeprefix("/"),
        "#{query}": head.query.decode("latin-1"),
    }
    parts = {
        name: _filled(config.get(name, default), known)
        for name, default in (
            ("Protocol", "#{protocol}"),
            ("Host", "#{host}"),
            ("Port", "#{port}"),
            ("Path", "/#{path}"),
            ("Query", "#{query}"),
        )
    }
    query = f"?{parts['Query']}" if parts["Query"] else ""
    location = f"{parts['Protocol'].lower()}://{parts['Host']}:{parts['Port']}{parts['Path']}{query}"
    if len(location) > LONGEST_LOCATION:
        return plain(507)
    page = plain(int(config["StatusCode"].removeprefix("HTTP_")))
    return page._replace(headers=[*page.headers, (b"Location", location.encode("latin-1"))])


def _filled(template: str, known: dict[str, str]) -> str:
    """Placeholders filled in one pass: what comes from the request is never looked at for more of them."""
    pieces: Sequence[str] = template.split("#{")
    filled = pieces[0]
    for piece in pieces[1:]:
        name, closed, rest = piece.partition("}")
        placeholder = f"#{{{name}}}"
        filled += known.get(placeholder, placeholder) + rest if closed else f"#{{{piece}"
    return filled
