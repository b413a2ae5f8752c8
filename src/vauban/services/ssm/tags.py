"""Tags on parameters. Those of other Systems Manager resources are refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.ssm.errors import InvalidResourceId, InvalidResourceType, TooManyTagsError
from vauban.services.ssm.names import NAME
from vauban.services.ssm.resolvers import a_parameter
from vauban.services.ssm.resources import Parameter

MOST = 50
RESERVED = "aws:"


@dataclass(frozen=True)
class TaggedResolver:
    """The parameter whose tags are meant."""

    members: tuple[str, ...] = ("ResourceType", "ResourceId")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        resource_type, name = call.params["ResourceType"], call.params["ResourceId"].strip()
        if resource_type != "Parameter":
            raise InvalidResourceType(f"Resources of type {resource_type} are not offered here, only Parameter.")
        if NAME.match(name) is None:
            raise InvalidResourceId
        resource = a_parameter.named(call, world, name)
        if resource.absent is not None:
            resource.absent = InvalidResourceId()
        return resource


a_tagged_parameter = TaggedResolver()


@operation("AddTagsToResource", on=a_tagged_parameter)
def add_tags_to_resource(call: Call, parameter: Parameter, tags: list[dict[str, str]]) -> dict[str, Any]:
    call.store.put(replace(parameter, tags=tagged(parameter.tags, tags)))
    return {}


@operation("RemoveTagsFromResource", on=a_tagged_parameter)
def remove_tags_from_resource(call: Call, parameter: Parameter, tag_keys: list[str]) -> dict[str, Any]:
    left = {name: value for name, value in parameter.tags.items() if name not in tag_keys}
    call.store.put(replace(parameter, tags=left))
    return {}


@operation("ListTagsForResource", on=a_tagged_parameter)
def list_tags_for_resource(call: Call, parameter: Parameter) -> dict[str, Any]:
    return {"TagList": [{"Key": name, "Value": value} for name, value in parameter.tags.items()]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises ValidationException and TooManyTagsError."""
    new = {tag["Key"]: tag["Value"] for tag in added}
    if any(name.lower().startswith(RESERVED) for name in new):
        raise ValidationException("Tag keys that start with aws: are reserved.")
    result = {**tags, **new}
    if len(result) > MOST:
        raise TooManyTagsError(f"A parameter can have a maximum of {MOST} tags.")
    return result
