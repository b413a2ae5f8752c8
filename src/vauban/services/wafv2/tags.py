"""Tags on web ACLs, rule groups, IP sets and regex pattern sets."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.wafv2.errors import BAD_FORMAT, WAFLimitsExceededException, invalid
from vauban.services.wafv2.lists import in_order, page
from vauban.services.wafv2.resolvers import KINDS, ArnResolver
from vauban.services.wafv2.resources import Entity

MOST = 50
RESERVED = "aws:"
a_tagged = ArnResolver("ResourceARN", tuple(KINDS.values()))


@operation("TagResource", on=a_tagged)
def tag_resource(call: Call, entity: Entity, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(entity, tags=tagged(entity.tags, tags)))


@operation("UntagResource", on=a_tagged)
def untag_resource(call: Call, entity: Entity, tag_keys: list[str]) -> None:
    _refuse_reserved(tag_keys)
    left = {name: value for name, value in entity.tags.items() if name not in tag_keys}
    call.store.put(replace(entity, tags=left))


@operation("ListTagsForResource", on=a_tagged)
def list_tags_for_resource(
    call: Call, entity: Entity, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    entries = in_order((name, {"Key": name, "Value": value}) for name, value in entity.tags.items())
    told = page(call, "TagList", entries, limit, next_marker, of=entity.arn)
    shown = {"TagInfoForResource": {"ResourceARN": entity.arn, "TagList": told.pop("TagList")}}
    return {**shown, **told}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises WAFInvalidParameterException or WAFLimitsExceededException."""
    added = list(added)
    new = {tag["Key"]: tag["Value"] for tag in added}
    if len(new) != len(added):
        raise invalid("TAGS", "Tags", "Tag keys must be unique.")
    _refuse_reserved(new)
    result = {**tags, **new}
    if len(result) > MOST:
        raise WAFLimitsExceededException("TAG")
    return result


def _refuse_reserved(names: Iterable[str]) -> None:
    for name in names:
        if name.lower().startswith(RESERVED):
            raise invalid("TAG_KEYS", name, BAD_FORMAT)
