"""Tags on functions."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resolvers import a_tagged_function
from vauban.services.lambda_.resources import Function

MOST = 50


@operation("TagResource", on=a_tagged_function)
def tag_resource(call: Call, function: Function, tags: dict[str, str]) -> None:
    call.store.put(replace(function, tags=require_tags({**function.tags, **tags})))


@operation("UntagResource", on=a_tagged_function)
def untag_resource(call: Call, function: Function, tag_keys: list[str]) -> None:
    call.store.put(replace(function, tags={key: each for key, each in function.tags.items() if key not in tag_keys}))


@operation("ListTags", on=a_tagged_function)
def list_tags(call: Call, function: Function) -> dict[str, Any]:
    return {"Tags": function.tags}


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
