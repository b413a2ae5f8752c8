"""Tags of load balancers, listeners, rules and target groups."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.elbv2.errors import DuplicateTagKeysException, TooManyTagsException
from vauban.services.elbv2.resolvers import NOUNS, Several, find, on_each, parse

MAXIMUM = 50
MOST_RESOURCES = 20
_RESERVED = "aws:"


@operation("AddTags", on=Several("ResourceArns", members=("ResourceArns",)), decide=on_each)
def add_tags(call: Call, resources: list[Resource], tags: list[dict[str, str]]) -> None:
    for each in resources:
        call.store.put(replace(each.record, tags=tagged(each.record.tags, tags)))


@operation("RemoveTags", on=Several("ResourceArns", members=("ResourceArns",)), decide=on_each)
def remove_tags(call: Call, resources: list[Resource], tag_keys: list[str]) -> None:
    for each in resources:
        kept = {key: value for key, value in each.record.tags.items() if key not in tag_keys}
        call.store.put(replace(each.record, tags=kept))


@operation("DescribeTags")
def describe_tags(call: Call, resource_arns: list[str]) -> dict[str, Any]:
    if len(resource_arns) > MOST_RESOURCES:
        raise ValidationException(f"Up to '{MOST_RESOURCES}' resources can be specified in a single call")
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": _tags_of(call, arn)} for arn in resource_arns]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """``tags`` with the request's added. Raises DuplicateTagKeysException or TooManyTagsException."""
    given = list(added or ())
    new = {tag["Key"]: tag.get("Value", "") for tag in given}
    if len(new) != len(given):
        raise DuplicateTagKeysException("Tag keys must be unique")
    if any(key.lower().startswith(_RESERVED) for key in new):
        raise ValidationException(f"Tag keys that begin with '{_RESERVED}' are reserved")
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise TooManyTagsException(f"The maximum number of tags for a resource, '{MAXIMUM}', has been reached")
    return result


def _tags_of(call: Call, arn: str) -> list[dict[str, str]]:
    noun = next((noun for noun in NOUNS if arn.split(":", 5)[-1].startswith(noun.begins)), NOUNS[0])
    parse(arn, noun)
    found = find(call.store, noun, arn)
    if found is None:
        raise noun.absent(arn)
    return [{"Key": key, "Value": value} for key, value in found.tags.items()]
