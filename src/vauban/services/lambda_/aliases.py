"""Aliases: names for versions, which can be moved from one to the next, and little by little.

Source: Lambda Developer Guide, "Manage Lambda function versions with aliases".
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
    function_not_found,
)
from vauban.services.lambda_.event_invoke_configs import forget_config
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.resolvers import a_function
from vauban.services.lambda_.resources import LATEST, Alias, Function, Version


@operation("CreateAlias", on=a_function)
def create_alias(
    call: Call,
    function: Function,
    name: str,
    function_version: str,
    description: str = "",
    routing_config: dict[str, Any] | None = None,
) -> dict[str, Any]:
    alias_id = f"{function.name}:{name}"
    if call.store.get(Alias, alias_id) is not None:
        raise ResourceConflictException(f"Alias already exists: {function.arn_of(name)}")
    _require_version(call, function, function_version)
    weights = _weights(call, function, function_version, routing_config or {})
    alias = Alias(
        alias_id,
        call.account,
        call.region,
        function.name,
        name,
        function_version,
        call.uuid(),
        description,
        weights,
    )
    call.store.put(alias)
    return _told(function, alias)


@operation("UpdateAlias", on=a_function)
def update_alias(
    call: Call,
    function: Function,
    name: str,
    function_version: str | None = None,
    description: str | None = None,
    routing_config: dict[str, Any] | None = None,
    revision_id: str | None = None,
) -> dict[str, Any]:
    alias = _alias(call, function, name)
    if revision_id is not None and revision_id != alias.revision_id:
        raise PreconditionFailedException
    version = function_version or alias.version
    _require_version(call, function, version)
    changed = replace(
        alias,
        version=version,
        description=alias.description if description is None else description,
        weights=alias.weights if routing_config is None else _weights(call, function, version, routing_config),
        revision_id=call.uuid(),
    )
    call.store.put(changed)
    return _told(function, changed)


@operation("GetAlias", on=a_function)
def get_alias(call: Call, function: Function, name: str) -> dict[str, Any]:
    return _told(function, _alias(call, function, name))


@operation("DeleteAlias", on=a_function)
def delete_alias(call: Call, function: Function, name: str) -> None:
    alias = call.store.get(Alias, f"{function.name}:{name}")
    if alias is None:
        return
    call.store.delete(alias)
    forget_config(call, function, name)
    if name in function.statements:
        left = {qualifier: each for qualifier, each in function.statements.items() if qualifier != name}
        call.store.put(replace(function, statements=left))


@operation("ListAliases", on=a_function)
def list_aliases(
    call: Call,
    function: Function,
    function_version: str | None = None,
    marker: str | None = None,
    max_items: int = 50,
) -> dict[str, Any]:
    def entries(after: str, count: int) -> list[Alias]:
        found = call.store.list(Alias, prefix=f"{function.name}:", after=after)
        return [each for each in found if function_version in (None, each.version, *each.weights)][:count]

    of = f"{function.name} {function_version}"
    return page(
        call, "Aliases", entries, lambda each: _told(function, each), lambda each: each.alias_id, max_items, marker, of
    )


def _alias(call: Call, function: Function, name: str) -> Alias:
    alias = call.store.get(Alias, f"{function.name}:{name}")
    if alias is None:
        raise ResourceNotFoundException(f"Cannot find alias arn: {function.arn_of(name)}")
    return alias


def _require_version(call: Call, function: Function, number: str) -> None:
    if call.store.get(Version, f"{function.name}:{number}") is None:
        raise function_not_found(function.arn_of(number))


def _weights(call: Call, function: Function, version: str, routing: dict[str, Any]) -> dict[str, float]:
    """What is sent elsewhere. Raises InvalidParameterValueException."""
    weights = routing.get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise InvalidParameterValueException("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for number in weights:
        _require_version(call, function, number)
    if weights and (version == LATEST or LATEST in weights):
        raise InvalidParameterValueException("$LATEST is not supported for an alias pointing to more than 1 version")
    if version in weights:
        raise InvalidParameterValueException(
            f"Invalid function version {version}. Function version {version} is "
            "already included in routing configuration."
        )
    return weights


def _told(function: Function, alias: Alias) -> dict[str, Any]:
    """The model's ``AliasConfiguration``."""
    told: dict[str, Any] = {
        "AliasArn": function.arn_of(alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        told["RoutingConfig"] = {"AdditionalVersionWeights": alias.weights}
    return told
