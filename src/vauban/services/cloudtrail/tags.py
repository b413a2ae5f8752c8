"""Tags on trails and event data stores.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.cloudtrail.errors import (
    EventDataStoreNotFoundException,
    InvalidParameterException,
    InvalidTagParameterException,
    ResourceTypeNotSupportedException,
    TagsLimitExceededException,
)
from vauban.services.cloudtrail.names import parse_arn
from vauban.services.cloudtrail.resolvers import a_trail, own_trail
from vauban.services.cloudtrail.stores import of_arn

MAXIMUM = 50
MOST_LISTED = 20


@dataclass(frozen=True)
class TaggedResolver:
    """What an ARN names, of the kinds that have tags."""

    members: tuple[str, ...] = ("ResourceId",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return _named(call, world, call.params["ResourceId"], changing=True)


@dataclass(frozen=True)
class ListedResolver:
    """All that a list of ARNs names, as one resource whose record they are."""

    members: tuple[str, ...] = ("ResourceIdList",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        ids = call.params["ResourceIdList"]
        if not 1 <= len(ids) <= MOST_LISTED:
            raise InvalidParameterException(f"ResourceIdList must have 1 to {MOST_LISTED} ARNs.")
        listed = [_named(call, world, each, changing=False) for each in ids]
        absent = next((each.absent for each in listed if each.absent is not None), None)
        return Resource("*", record=listed, absent=absent)


def _named(call: Call, world: World, text: str, changing: bool) -> Resource:
    """Raises CloudTrailARNInvalidException or ResourceTypeNotSupportedException."""
    noun = parse_arn(text).noun
    if noun == "trail":
        return (own_trail() if changing else a_trail()).named(call, world, text)
    if noun == "eventdatastore":
        return of_arn(call, world, text, EventDataStoreNotFoundException(f"The event data store {text} was not found."))
    raise ResourceTypeNotSupportedException(f"{noun} is not a type of resource that has tags here.")


def each_of_them(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The first denial, or that all may be listed."""
    decision = None
    for each in resources[0].record:
        decision = evaluate("cloudtrail:ListTags", each)
        if not decision.allowed:
            break
    return decision


@operation("AddTags", on=TaggedResolver())
def add_tags(call: Call, tagged: Any, tags_list: list[dict[str, str]]) -> None:
    call.store.put(replace(tagged, tags=with_tags(tagged.tags, tags_list)))


@operation("RemoveTags", on=TaggedResolver())
def remove_tags(call: Call, tagged: Any, tags_list: list[dict[str, str]]) -> None:
    gone = {tag["Key"] for tag in tags_list}
    _refuse_reserved(gone)
    call.store.put(replace(tagged, tags={name: value for name, value in tagged.tags.items() if name not in gone}))


@operation("ListTags", on=ListedResolver(), decide=each_of_them, unsupported=("NextToken",))
def list_tags(call: Call, listed: list[Resource]) -> dict[str, Any]:
    return {"ResourceTagList": [{"ResourceId": each.arn, "TagsList": shown(each.tags)} for each in listed]}


def with_tags(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with a ``TagsList`` added. Raises InvalidTagParameterException or TagsLimitExceededException."""
    added = list(added)
    new = {tag["Key"]: tag.get("Value", "") for tag in added}
    if len(new) != len(added):
        raise InvalidTagParameterException("Tag keys must be unique.")
    _refuse_reserved(new)
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise TagsLimitExceededException(f"The number of tags exceeds the limit of {MAXIMUM}.")
    return result


def shown(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The model's ``TagsList``; a tag without a value has only its key."""
    return [{"Key": name, "Value": value} if value else {"Key": name} for name, value in tags.items()]


def _refuse_reserved(names: Iterable[str]) -> None:
    for name in names:
        if name.lower().startswith("aws:"):
            raise InvalidTagParameterException("Tag keys that begin with aws: are reserved.")
