"""Tags of topics."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.sns.errors import TagLimitExceededException, invalid
from vauban.services.sns.resolvers import a_tagged_topic
from vauban.services.sns.resources import Topic

MAXIMUM = 50


@operation("TagResource", on=a_tagged_topic)
def tag_resource(call: Call, topic: Topic, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(topic, tags=tagged(topic.tags, tags)))


@operation("UntagResource", on=a_tagged_topic)
def untag_resource(call: Call, topic: Topic, tag_keys: list[str]) -> None:
    call.store.put(replace(topic, tags={key: value for key, value in topic.tags.items() if key not in tag_keys}))


@operation("ListTagsForResource", on=a_tagged_topic)
def list_tags_for_resource(call: Call, topic: Topic) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises InvalidParameterException or TagLimitExceededException."""
    given = list(added)
    new = {tag["Key"]: tag["Value"] for tag in given}
    if len(new) != len(given):
        raise invalid("Duplicated keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in new):
        raise invalid("Tags Reason: keys that begin with aws: are reserved")
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise TagLimitExceededException("Could not complete request: tag quota of per resource exceeded")
    return result
