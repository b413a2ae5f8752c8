"""GetParametersByPath: all that lies under a path, read by name and never searched for."""

from collections.abc import Iterator
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.ssm import public_parameters
from vauban.services.ssm.filters import Filter, by_path
from vauban.services.ssm.names import parent
from vauban.services.ssm.pages import page
from vauban.services.ssm.parameters import described
from vauban.services.ssm.resolvers import Selected, a_path, select
from vauban.services.ssm.resources import Parameter

DEFAULT_SIZE = 10
READ_AHEAD = 32


@operation("GetParametersByPath", on=a_path)
def get_parameters_by_path(
    call: Call,
    path: str,
    recursive: bool = False,
    parameter_filters: list[dict[str, Any]] | None = None,
    with_decryption: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> dict[str, Any]:
    filters = by_path(parameter_filters)

    def entries(after: str) -> Iterator[tuple[str, Selected | None]]:
        if public_parameters.is_public(f"{path}/"):
            yield from _public(call, path, recursive, filters, after)
            return
        for parameter in under(call, path, recursive, after):
            yield parameter.name, _chosen(call, parameter, filters)

    def describe(selected: Selected) -> dict[str, Any]:
        return described(call, selected, with_decryption)

    of = repr((path, recursive, filters))
    return page(call, "Parameters", entries, describe, max_results or DEFAULT_SIZE, next_token, of)


def under(call: Call, path: str, recursive: bool, after: str) -> Iterator[Parameter]:
    """Parameters under a path, behind a name, in order of name."""
    prefix = "" if path == "/" else f"{path}/"
    where = {"prefix": prefix} if recursive else {"index": "parent", "value": path}
    yield from in_order(call, after, **where)


def in_order(call: Call, after: str, **where: str) -> Iterator[Parameter]:
    """Parameters of a collection, read some at a time: fewer the first time, for most pages are short."""
    count = DEFAULT_SIZE + 1
    while True:
        found = call.store.list(Parameter, after=after, limit=count, **where)
        yield from found
        if len(found) < count:
            return
        after, count = found[-1].name, READ_AHEAD


def _chosen(call: Call, parameter: Parameter, filters: list[Filter]) -> Selected | None:
    """The version that the filters choose: one that is labelled, or the newest."""
    if not all(each.accepts(parameter) for each in filters):
        return None
    labels = next((each.values for each in filters if each.key == "Label"), ())
    label = next((label for label in labels if label in parameter.labels), "")
    return select(call.store, parameter, label)


def _public(
    call: Call, path: str, recursive: bool, filters: list[Filter], after: str
) -> Iterator[tuple[str, Selected | None]]:
    for name in public_parameters.catalogue().below(f"{path}/", after):
        if recursive or parent(name) == path:
            revision = public_parameters.find(name, call.region)
            fits = all(each.key != "Label" and each.accepts(revision) for each in filters)
            yield name, Selected(revision, "") if fits else None
