"""Where a REST operation's members sit besides the body: headers, the query, the URI, the status."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException
from vauban.kernel.requests import Request
from vauban.wire import json, scalars
from vauban.wire.forms import pairs
from vauban.wire.targets import Target

QUOTED_OR_PLAIN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*))\s*(?:,|$)', re.DOTALL)
OUTSIDE_ANSWERS = frozenset({"header", "headers", "statusCode"})
"""Where members of a result are that are not in its body."""
HTTP_DATE = re.compile(r"[A-Za-z]{3,9},[^,]*")
UNSAFE_IN_HEADERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Parse = Callable[[str], Any]
Found = dict[str, Any]
ReadMember = Callable[[Request, Target, dict[str, list[str]], Found], None]
"""Adds what one member holds to the params: given the request, its target and the fields of its query."""


def readers(shape: Shape) -> list[ReadMember]:
    """One reader per member of an input that sits outside the body."""
    located = {name: member for name, member in shape.members.items() if member.location is not None}
    return [reader(name, member) for name, member in located.items()]


def reader(name: str, shape: Shape) -> ReadMember:
    wire_name = shape.location_name or name
    if shape.location == "uri":
        return label_reader(name, wire_name, scalars.parser(shape))
    if shape.location == "querystring":
        return query_map_reader(name, shape) if shape.type == "map" else query_reader(name, wire_name, shape)
    if shape.location == "header":
        return header_reader(name, wire_name.lower(), header_parser(shape))
    if shape.location == "headers":
        return prefixed_headers_reader(name, (shape.location_name or "").lower(), scalars.parser(shape.value))
    raise LookupError(f"{shape.location} is no place in a request")


def label_reader(name: str, label: str, parse: Parse) -> ReadMember:
    def read(request: Request, target: Target, query: dict[str, list[str]], found: Found) -> None:
        if label in target.labels:
            found[name] = parse(target.labels[label])

    return read


def query_reader(name: str, wire_name: str, shape: Shape) -> ReadMember:
    many = shape.type == "list"
    parse = scalars.parser(shape.member if many else shape)

    def read(request: Request, target: Target, query: dict[str, list[str]], found: Found) -> None:
        if wire_name in query:
            found[name] = [parse(each) for each in query[wire_name]] if many else parse(query[wire_name][-1])

    return read


def query_map_reader(name: str, shape: Shape) -> ReadMember:
    """A map of all the query's fields, those that other members take among them."""
    many = shape.value.type == "list"
    parse = scalars.parser(shape.value.member if many else shape.value)

    def read(request: Request, target: Target, query: dict[str, list[str]], found: Found) -> None:
        entries = {
            key: [parse(each) for each in values] if many else parse(values[-1]) for key, values in query.items()
        }
        if entries:
            found[name] = entries

    return read


def header_reader(name: str, header: str, parse: Parse) -> ReadMember:
    def read(request: Request, target: Target, query: dict[str, list[str]], found: Found) -> None:
        if header in request.headers:
            found[name] = parse(request.headers[header])

    return read


def prefixed_headers_reader(name: str, prefix: str, parse: Parse) -> ReadMember:
    def read(request: Request, target: Target, query: dict[str, list[str]], found: Found) -> None:
        entries = {
            header[len(prefix) :]: parse(value)
            for header, value in request.headers.items()
            if header.startswith(prefix) and len(header) > len(prefix)
        }
        if entries:
            found[name] = entries

    return read


def query_fields(text: str) -> dict[str, list[str]]:
    """The values of each field of a query, in order."""
    found: dict[str, list[str]] = {}
    for name, value in pairs(text):
        found.setdefault(name, []).append(value)
    return found


def header_parser(shape: Shape) -> Parse:
    if shape.json_value:
        return parse_json_value
    if shape.type != "list":
        return scalars.parser(shape)
    parse = scalars.parser(shape.member)
    if shape.member.type == "timestamp" and shape.member.timestamp_format in (None, "rfc822"):
        return lambda text: [parse(each) for each in http_dates(text)]
    return lambda text: [parse(each) for each in header_values(text)]


def http_dates(text: str) -> list[str]:
    return HTTP_DATE.findall(text) or [text]


def header_values(text: str) -> list[str]:
    """The values of a header that lists them: apart by commas, in quotes where they hold one (RFC 9110, 5.6)."""
    values, at = [], 0
    while at < len(text):
        matched = QUOTED_OR_PLAIN.match(text, at)
        if matched is None:
            raise SerializationException("A header's list of values is malformed")
        quoted, plain = matched.groups()
        values.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip())
        at = matched.end()
    return values


def parse_json_value(text: str) -> Any:
    try:
        return json.decode(binascii.a2b_base64(text.encode("ascii"), strict_mode=True))
    except (ValueError, UnicodeError):
        raise SerializationException("A header is not valid Base64") from None


WriteMember = Callable[[Any, dict[str, str]], None]
"""Adds one member's headers, given its value."""


def writers(shape: Shape) -> dict[str, WriteMember]:
    """How the members of an output that sit in headers are written, by member."""
    return {
        name: prefixed_writer(member) if member.location == "headers" else header_writer(name, member)
        for name, member in shape.members.items()
        if member.location in ("header", "headers")
    }


def header_writer(name: str, shape: Shape) -> WriteMember:
    header, spell = shape.location_name or name, header_speller(shape)

    def write(value: Any, headers: dict[str, str]) -> None:
        headers[header] = safe(spell(value))

    return write


def prefixed_writer(shape: Shape) -> WriteMember:
    prefix, spell = shape.location_name or "", header_speller(shape.value)

    def write(value: Mapping[str, Any], headers: dict[str, str]) -> None:
        headers.update((safe(prefix + key), safe(spell(each))) for key, each in value.items() if each is not None)

    return write


def header_speller(shape: Shape) -> Callable[[Any], str]:
    if shape.json_value:
        return lambda value: base64.b64encode(msgspec.json.encode(value)).decode("ascii")
    if shape.type != "list":
        return scalars.speller(shape, "rfc822")
    spell, quotes = scalars.speller(shape.member, "rfc822"), shape.member.type == "string"
    return lambda value: ", ".join(quoted(spell(each)) if quotes else spell(each) for each in value)


def quoted(text: str) -> str:
    """A value of a list, in quotes where it holds a comma or a quote."""
    if "," not in text and '"' not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def safe(text: str) -> str:
    """Text that cannot end its header; in an RFC 2047 word where it is not ASCII, as S3 does."""
    text = UNSAFE_IN_HEADERS.sub(" ", text)
    return text if text.isascii() else f"=?UTF-8?B?{base64.b64encode(text.encode()).decode('ascii')}?="
