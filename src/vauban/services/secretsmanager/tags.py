"""Tags on secrets; who changes them keeps the right to change them."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.secretsmanager.errors import InvalidParameterException
from vauban.services.secretsmanager.replication import keep
from vauban.services.secretsmanager.resolvers import a_secret
from vauban.services.secretsmanager.resources import Secret

MAXIMUM = 50
RESERVED = "aws:"


def keeps_access(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Whether the caller may change the tags, and would still be allowed to with the tags as they then are."""
    (resource,) = resources
    action = f"secretsmanager:{call.operation.name}"
    decision = evaluate(action, resource)
    if not decision.allowed or resource.record is None:
        return decision
    return evaluate(action, replace(resource, tags=_tags_after(call, resource.record.tags)))


def _tags_after(call: Call, tags: Mapping[str, str]) -> dict[str, str]:
    removed = call.params.get("TagKeys", ())
    added = {tag["Key"]: tag.get("Value", "") for tag in call.params.get("Tags", ()) if "Key" in tag}
    return {name: value for name, value in {**tags, **added}.items() if name not in removed}


@operation("TagResource", on=a_secret, decide=keeps_access)
def tag_resource(call: Call, secret: Secret, tags: list[dict[str, str]]) -> None:
    keep(call, replace(secret, tags=tagged(secret.tags, tags)))


@operation("UntagResource", on=a_secret, decide=keeps_access)
def untag_resource(call: Call, secret: Secret, tag_keys: list[str]) -> None:
    for name in tag_keys:
        _refuse_reserved(name)
    left = {name: value for name, value in secret.tags.items() if name not in tag_keys}
    if left != secret.tags:
        keep(call, replace(secret, tags=left))


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises InvalidParameterException."""
    new: dict[str, str] = {}
    for tag in added:
        name = tag.get("Key")
        if name is None:
            raise InvalidParameterException("A tag must have a key.")
        _refuse_reserved(name)
        if name in new:
            raise InvalidParameterException(f"The tag key {name} is there more than once.")
        new[name] = tag.get("Value", "")
    result = {**tags, **new}
    if sum(not name.startswith(RESERVED) for name in result) > MAXIMUM:
        raise InvalidParameterException(f"A secret can have at most {MAXIMUM} tags.")
    return result


def tags_of(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Tags in the model's shape."""
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def _refuse_reserved(name: str) -> None:
    if name.lower().startswith(RESERVED):
        raise InvalidParameterException(f"Tag keys that start with {RESERVED} are reserved: {name}.")
