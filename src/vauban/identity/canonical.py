"""Requests in the canonical form that is signed.

Header values, paths and queries are the bytes of the request, each byte a character (latin-1).
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

from vauban.identity.errors import S3_SERVICES

_SPACES = re.compile(r"[ \t]+")


def canonical_path(path: str, service: str) -> str:
    """S3 encodes the decoded path once and keeps its dots; everyone else normalises it and encodes what was sent."""
    if path == "/":
        return path
    if service in S3_SERVICES:
        return quote(unquote_to_bytes(path.encode("latin-1")), safe="/")
    return quote(_without_dots(path).encode("latin-1"), safe="/")


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4, and without empty segments."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment and segment != ".":
            kept.append(segment)
    trailing = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + trailing


def canonical_query(query: str) -> str:
    """Parameters decoded, encoded one way, and sorted by name, then value."""
    if not query:
        return ""
    return join_parameters(split_parameters(query))


def split_parameters(query: str) -> list[tuple[str, str]]:
    """Names and values, decoded (latin-1). ``+`` is a space, as in forms."""
    parameters = []
    for piece in query.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            parameters.append((_decode(name), _decode(value)))
    return parameters


def join_parameters(parameters: Iterable[tuple[str, str]]) -> str:
    encoded = sorted((_encode(name), _encode(value)) for name, value in parameters)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _decode(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("latin-1")


def _encode(text: str) -> str:
    return quote(text.encode("latin-1"), safe="")


def canonical_value(value: str) -> str:
    """Without outer spaces, and with one for every run of inner ones."""
    return _SPACES.sub(" ", value.strip(" \t"))
