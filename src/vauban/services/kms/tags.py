"""Tags on keys. Rules: https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.kms.errors import TagException
from vauban.services.kms.lists import in_order, page
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import Key

MAXIMUM = 50
ALLOWED = re.compile(r"[\w\s.:/=+@-]*\Z")
"""Letters, digits, white space and ``_ . : / = + - @``."""


@operation("TagResource", on=key("KeyId"))
def tag_resource(call: Call, key: Key, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(key, tags=tagged(key.tags, tags)))


@operation("UntagResource", on=key("KeyId"))
def untag_resource(call: Call, key: Key, tag_keys: list[str]) -> None:
    for tag_key in tag_keys:
        _refuse_reserved(tag_key)
    call.store.put(replace(key, tags={name: value for name, value in key.tags.items() if name not in tag_keys}))


@operation("ListResourceTags", on=key("KeyId"))
def list_resource_tags(call: Call, key: Key, limit: int | None = None, marker: str | None = None) -> dict[str, Any]:
    entries = in_order((name, {"TagKey": name, "TagValue": value}) for name, value in key.tags.items())
    return page(call, "Tags", entries, limit, marker, default=50, maximum=50, of=key.key_id)


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises TagException."""
    new = {tag["TagKey"]: tag["TagValue"] for tag in added}
    if len(new) != len(list(added)):
        raise TagException("Duplicate tag keys")
    for name, value in new.items():
        _refuse_reserved(name)
        if not ALLOWED.match(name) or not ALLOWED.match(value):
            raise TagException(f"The tag {name} has characters that tags cannot have.")
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise TagException("Too many tags")
    return result


def _refuse_reserved(name: str) -> None:
    if name.lower().startswith("aws:"):
        raise TagException("Tags beginning with aws: are reserved")
