"""Tags on groups of schedules."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.scheduler.errors import ServiceQuotaExceededException
from vauban.services.scheduler.resolvers import a_tagged_group
from vauban.services.scheduler.resources import Group

MAXIMUM = 50
RESERVED = "aws:"


@operation("TagResource", on=a_tagged_group)
def tag_resource(call: Call, group: Group, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(group, tags=tagged(group.tags, tags)))


@operation("UntagResource", on=a_tagged_group)
def untag_resource(call: Call, group: Group, tag_keys: list[str]) -> None:
    left = {name: value for name, value in group.tags.items() if name not in tag_keys}
    call.store.put(replace(group, tags=left))


@operation("ListTagsForResource", on=a_tagged_group)
def list_tags_for_resource(call: Call, group: Group) -> dict[str, Any]:
    return {"Tags": [{"Key": name, "Value": value} for name, value in group.tags.items()]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises ValidationException or ServiceQuotaExceededException."""
    new: dict[str, str] = {}
    for tag in added:
        if tag["Key"].lower().startswith(RESERVED):
            raise ValidationException("Tag keys that begin with aws: are reserved.")
        if tag["Key"] in new:
            raise ValidationException("Duplicate tag keys are not allowed.")
        new[tag["Key"]] = tag["Value"]
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise ServiceQuotaExceededException(f"A resource has at most {MAXIMUM} tags.")
    return result
