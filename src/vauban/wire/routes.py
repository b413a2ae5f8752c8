"""REST: which operation a method, a path and a query name."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from vauban.aws.models import OperationModel, ServiceModel
from vauban.aws.types import SerializationException
from vauban.kernel.requests import Request
from vauban.wire.forms import fields

LABEL = re.compile(r"\{(\w+)(\+?)\}", re.ASCII)


class Match(NamedTuple):
    operation: str
    labels: Mapping[str, str]
    literals: int
    """How much of the template is literal, the measure of how specific it is."""


class Route:
    """One operation's URI template, with the query members and headers it cannot do without."""

    __slots__ = ("deprecated", "headers", "literals", "operation", "path", "query", "query_literals")

    def __init__(self, operation: OperationModel):
        template, _, query = operation.uri.partition("?")
        self.operation = operation.name
        self.deprecated = operation.deprecated
        self.path = path_expression(template)
        self.literals = len(LABEL.sub("", template))
        self.query_literals = fields(query)
        self.query = required_names(operation, "querystring")
        self.headers = required_names(operation, "header")

    def accepts(self, query: Mapping[str, str]) -> bool:
        return all(name in query and value in ("", query[name]) for name, value in self.query_literals.items())

    def rank(self, request: Request, query: Mapping[str, str]) -> tuple[int, int, int, bool]:
        """How well it fits: by what the template spells out, then by what it lacks, then by what it asks for."""
        missing = sum(name not in query for name in self.query)
        missing += sum(name not in request.headers for name in self.headers)
        asked = len(self.query) + len(self.headers)
        return self.literals + len(self.query_literals), -missing, asked, not self.deprecated


def path_expression(template: str) -> re.Pattern[str]:
    """``/{Bucket}/{Key+}``: a label is one segment, a greedy one the rest."""
    parts, end = [], 0
    for label in LABEL.finditer(template):
        parts.append(re.escape(template[end : label.start()]))
        parts.append(f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})")
        end = label.end()
    return re.compile("".join(parts) + re.escape(template[end:]), re.DOTALL)


def required_names(operation: OperationModel, location: str) -> tuple[str, ...]:
    shape = operation.input
    if shape is None:
        return ()
    names = [
        shape.members[name].location_name or name for name in shape.required if shape.members[name].location == location
    ]
    return tuple(name.lower() if location == "header" else name for name in names)


class Routes:
    """A service's routes, by method and number of segments."""

    def __init__(self, model: ServiceModel):
        self.routes: dict[tuple[str, int], list[Route]] = {}
        self.greedy: dict[str, list[Route]] = {}
        for operation in model.operations.values():
            route = Route(operation)
            template = operation.uri.partition("?")[0]
            if "+}" in template:
                self.greedy.setdefault(operation.method, []).append(route)
            else:
                self.routes.setdefault((operation.method, template.count("/")), []).append(route)

    def match(self, request: Request, path: str) -> Match | None:
        """The operation of a request and its labels, decoded; None where no route fits."""
        query = fields(request.query)
        found = self.matches(request.method, path, query)
        if not found and path.endswith("/") and len(path) > 1:
            found = self.matches(request.method, path[:-1], query)
        if not found:
            return None
        route, matched = max(found, key=lambda each: each[0].rank(request, query))
        labels = {name: decoded(value) for name, value in matched.groupdict().items()}
        return Match(route.operation, labels, route.literals)

    def matches(self, method: str, path: str, query: Mapping[str, str]) -> list[tuple[Route, re.Match[str]]]:
        candidates = self.routes.get((method, path.count("/")), []) + self.greedy.get(method, [])
        return [
            (route, matched) for route in candidates if route.accepts(query) and (matched := route.path.fullmatch(path))
        ]


def decoded(value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise SerializationException("The request URI is not valid UTF-8") from None


@cache
def routes(model: ServiceModel) -> Routes:
    return Routes(model)
