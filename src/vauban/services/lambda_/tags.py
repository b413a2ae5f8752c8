"""Tags on functions and event source mappings."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resolvers import a_tagged_function
from vauban.services.lambda_.resources import EventSourceMapping, Function

MOST = 50

Tagged = Function | EventSourceMapping


@operation("TagResource", on=a_tagged_function)
def tag_resource(call: Call, tagged: Tagged, tags: dict[str, str]) -> None:
    call.store.put(replace(tagged, tags=require_tags({**tagged.tags, **tags})))


@operation("UntagResource", on=a_tagged_function)
def untag_resource(call: Call, tagged: Tagged, tag_keys: list[str]) -> None:
    call.store.put(replace(tagged, tags={key: each for key, each in tagged.tags.items() if key not in tag_keys}))


@operation("ListTags", on=a_tagged_function)
def list_tags(call: Call, tagged: Tagged) -> dict[str, Any]:
    return {"Tags": tagged.tags}


def require_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Raises InvalidParameterValueException for tags that a function cannot have."""
    if len(tags) > MOST:
        raise InvalidParameterValueException("Number of tags exceeds resource tag limit.")
    if any(
        not key or len(key) > 128 or len(value) > 256 or key.lower().startswith("aws:") for key, value in tags.items()
    ):
        raise InvalidParameterValueException(
            "A tag's key has 1 to 128 characters, its value at most 256, and aws: is reserved."
        )
    return dict(tags)
