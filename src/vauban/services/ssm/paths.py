"""GetParametersByPath: all that lies under a path, read by name and never searched for."""

from collections.abc import Callable
from functools import partial
from itertools import islice
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
    read = _public if public_parameters.is_public(f"{path}/") else under

    def describe(parameter: Parameter) -> dict[str, Any]:
        return described(call, _chosen(call, parameter, filters), with_decryption)

    return page(
        call,
        "Parameters",
        partial(read, call, path, recursive),
        describe if with_decryption or filters else _result,
        max_results or DEFAULT_SIZE,
        next_token,
        of=f"{path} {recursive} {filters}",
        accepts=accepting(filters),
    )


def under(call: Call, path: str, recursive: bool, after: str, count: int) -> list[Parameter]:
    """Parameters under a path, behind a name, in order of name."""
    if not recursive:
        return call.store.list(Parameter, index="parent", value=path, after=after, limit=count)
    return call.store.list(Parameter, prefix="" if path == "/" else f"{path}/", after=after, limit=count)


def accepting(filters: list[Filter]) -> Callable[[Parameter], bool] | None:
    """What all filters together accept; None where there are none."""
    return (lambda parameter: all(each.accepts(parameter) for each in filters)) if filters else None


def _result(parameter: Parameter) -> dict[str, Any]:
    return parameter.result


def _chosen(call: Call, parameter: Parameter, filters: list[Filter]) -> Selected:
    """The version that the filters choose: one that is labelled, or the newest."""
    labels = next((each.values for each in filters if each.key == "Label"), ())
    label = next((label for label in labels if label in parameter.labels), "")
    return select(call.store, parameter, label)


def _public(call: Call, path: str, recursive: bool, after: str, count: int) -> list[Parameter]:
    """What AWS publishes under a path."""
    names = public_parameters.catalogue().below(f"{path}/", after)
    chosen = islice((name for name in names if recursive or parent(name) == path), count)
    return [public_parameters.find(name, call.region) for name in chosen]
