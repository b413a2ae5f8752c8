"""Tags on log groups."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.logs.errors import InvalidParameterException, TooManyTagsException
from vauban.services.logs.resolvers import a_group, a_tagged_group
from vauban.services.logs.resources import Group

MOST = 50


@operation("TagResource", on=a_tagged_group)
def tag_resource(call: Call, group: Group, tags: dict[str, str]) -> None:
    call.store.put(replace(group, tags=require_tags({**group.tags, **tags})))


@operation("UntagResource", on=a_tagged_group)
def untag_resource(call: Call, group: Group, tag_keys: list[str]) -> None:
    call.store.put(replace(group, tags={key: each for key, each in group.tags.items() if key not in tag_keys}))


@operation("ListTagsForResource", on=a_tagged_group)
def list_tags_for_resource(call: Call, group: Group) -> dict[str, Any]:
    return {"tags": group.tags}


@operation("TagLogGroup", on=a_group)
def tag_log_group(call: Call, group: Group, tags: dict[str, str]) -> None:
    """``TagResource`` as it was before."""
    tag_resource(call, group, tags)


@operation("UntagLogGroup", on=a_group)
def untag_log_group(call: Call, group: Group, tags: list[str]) -> None:
    """``UntagResource`` as it was before."""
    untag_resource(call, group, tags)


@operation("ListTagsLogGroup", on=a_group)
def list_tags_log_group(call: Call, group: Group) -> dict[str, Any]:
    """``ListTagsForResource`` as it was before."""
    return list_tags_for_resource(call, group)


def require_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Raises TooManyTagsException or InvalidParameterException for tags that a group cannot have."""
    if len(tags) > MOST:
        raise TooManyTagsException(f"A log group has at most {MOST} tags.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise InvalidParameterException("Tag keys that begin with aws: are reserved.")
    return dict(tags)
