"""DescribeParameters: what parameters there are, without their values."""

from collections.abc import Iterator
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.ssm.filters import BEGINS_WITH, EQUALS, RECURSIVE, Filter, describing
from vauban.services.ssm.pages import page
from vauban.services.ssm.paths import in_order, under
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

    def entries(after: str) -> Iterator[tuple[str, Parameter | None]]:
        for parameter in () if shared else _candidates(call, chosen, after):
            yield parameter.name, parameter if all(each.accepts(parameter) for each in chosen) else None

    of = repr((chosen, shared))
    return page(call, "Parameters", entries, _described, max_results or DEFAULT_SIZE, next_token, of)


def _candidates(call: Call, filters: list[Filter], after: str) -> Iterator[Parameter]:
    """Parameters among which all that fit are, behind a name, in order of name."""
    for each in filters:
        if each.key == "Name" and each.option == EQUALS:
            return _named(call, each.values, after)
    for each in filters:
        if each.key == "Path" and len(each.values) == 1:
            return under(call, each.values[0].rstrip("/") or "/", each.option == RECURSIVE, after)
        if each.key == "Name" and each.option == BEGINS_WITH and len(each.values) == 1:
            return _beginning(call, each.values[0].removeprefix("/"), after)
    return in_order(call, after)


def _named(call: Call, names: tuple[str, ...], after: str) -> Iterator[Parameter]:
    bare = {name.removeprefix("/") for name in names}
    for name in sorted({*bare, *(f"/{name}" for name in bare)}):
        if name > after:
            found = call.store.get(Parameter, name)
            if found is not None:
                yield found


def _beginning(call: Call, start: str, after: str) -> Iterator[Parameter]:
    """With a slash in front first, for so they are ordered."""
    for prefix in (f"/{start}", start) if start else ("",):
        exact = call.store.get(Parameter, prefix) if prefix > after else None
        if exact is not None:
            yield exact
        yield from in_order(call, after, prefix=prefix)


def _described(parameter: Parameter) -> dict[str, Any]:
    """The model's ``ParameterMetadata``."""
    return {"ARN": parameter.arn, **parameter.metadata}
