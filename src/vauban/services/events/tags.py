"""Tags on buses and rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.events.errors import too_many
from vauban.services.events.resolvers import TaggedResolver
from vauban.services.events.resources import EventBus, Rule

MAXIMUM = 50
RESERVED = "aws:"
tagged_resource = TaggedResolver()


@operation("TagResource", on=tagged_resource)
def tag_resource(call: Call, resource: EventBus | Rule, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(resource, tags=tagged(resource.tags, tags)))


@operation("UntagResource", on=tagged_resource)
def untag_resource(call: Call, resource: EventBus | Rule, tag_keys: list[str]) -> None:
    for name in tag_keys:
        _refuse_reserved(name)
    left = {name: value for name, value in resource.tags.items() if name not in tag_keys}
    call.store.put(replace(resource, tags=left))


@operation("ListTagsForResource", on=tagged_resource)
def list_tags_for_resource(call: Call, resource: EventBus | Rule) -> dict[str, Any]:
    return {"Tags": [{"Key": name, "Value": value} for name, value in resource.tags.items()]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises ValidationException or LimitExceededException."""
    new: dict[str, str] = {}
    for tag in added:
        _refuse_reserved(tag["Key"])
        if tag["Key"] in new:
            raise ValidationException("Duplicate tag keys are not allowed.")
        new[tag["Key"]] = tag["Value"]
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise too_many()
    return result


def _refuse_reserved(name: str) -> None:
    if name.lower().startswith(RESERVED):
        raise ValidationException("System tags with the prefix aws: cannot be added or removed.")
