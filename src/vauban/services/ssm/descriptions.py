"""DescribeParameters: what parameters there are, without their values."""

from functools import partial
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.ssm.filters import BEGINS_WITH, EQUALS, RECURSIVE, Filter, describing
from vauban.services.ssm.pages import Read, page
from vauban.services.ssm.paths import accepting, under
from vauban.services.ssm.resources import Parameter

DEFAULT_SIZE = 10


@operation("DescribeParameters")
def describe_parameters(
    call: Call,
    filters: list[dict[str, Any]] | None = None,
    parameter_filters: list[dict[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
    shared: bool = False,
) -> dict[str, Any]:
    """``shared`` asks for what Resource Access Manager shares; it is not here, and shares nothing."""
    chosen = describing(parameter_filters, filters)
    return page(
        call,
        "Parameters",
        _nothing if shared else _candidates(call, chosen),
        _described,
        max_results or DEFAULT_SIZE,
        next_token,
        of=f"{chosen} {shared}",
        accepts=accepting(chosen),
    )


def _candidates(call: Call, filters: list[Filter]) -> Read[Parameter]:
    """How to read parameters among which all that fit are, by what narrows them most."""
    for each in filters:
        if each.key == "Name" and each.option == EQUALS:
            return partial(_named, call, each.values)
    for each in filters:
        if each.key == "Path" and len(each.values) == 1:
            return partial(under, call, each.values[0].rstrip("/") or "/", each.option == RECURSIVE)
        if each.key == "Name" and each.option == BEGINS_WITH and len(each.values) == 1:
            return partial(_beginning, call, each.values[0].removeprefix("/"))
    return partial(under, call, "/", True)


def _nothing(after: str, count: int) -> list[Parameter]:
    return []


def _named(call: Call, names: tuple[str, ...], after: str, count: int) -> list[Parameter]:
    bare = {name.removeprefix("/") for name in names}
    found = (call.store.get(Parameter, name) for name in sorted({*bare, *(f"/{name}" for name in bare)}))
    return [each for each in found if each is not None and each.name > after][:count]


def _beginning(call: Call, start: str, after: str, count: int) -> list[Parameter]:
    """With a slash in front first, for so they are ordered."""
    if not start:
        return under(call, "/", True, after, count)
    found: list[Parameter] = []
    for prefix in (f"/{start}", start):
        exact = call.store.get(Parameter, prefix) if prefix > after else None
        if exact is not None:
            found.append(exact)
        found += call.store.list(Parameter, prefix=prefix, after=after, limit=count)
    return found[:count]


def _described(parameter: Parameter) -> dict[str, Any]:
    """The model's ``ParameterMetadata``."""
    return {"ARN": parameter.arn, **parameter.metadata}
