"""Tags on queues. Rules: "Amazon SQS cost allocation tags", Amazon SQS Developer Guide."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.sqs.errors import InvalidParameterValueException, missing
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Queue

MAXIMUM = 50
LONGEST_KEY, LONGEST_VALUE = 128, 256


@operation("TagQueue", on=a_queue)
def tag_queue(call: Call, queue: Queue, tags: dict[str, str]) -> None:
    if not tags:
        raise missing("Tags")
    call.store.put(replace(queue, tags=tagged(queue.tags, tags)))


@operation("UntagQueue", on=a_queue)
def untag_queue(call: Call, queue: Queue, tag_keys: list[str]) -> None:
    if not tag_keys:
        raise InvalidParameterValueException("Tag keys must be between 1 and 128 characters in length.")
    call.store.put(replace(queue, tags={name: value for name, value in queue.tags.items() if name not in tag_keys}))


@operation("ListQueueTags", on=a_queue)
def list_queue_tags(call: Call, queue: Queue) -> dict[str, Any]:
    return {"Tags": dict(queue.tags)} if queue.tags else {}


def tagged(tags: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """``tags`` with others added. Raises InvalidParameterValueException."""
    for name, value in added.items():
        if not 1 <= len(name) <= LONGEST_KEY:
            raise InvalidParameterValueException("Tag keys must be between 1 and 128 characters in length.")
        if len(value) > LONGEST_VALUE:
            raise InvalidParameterValueException("Tag values must be between 0 and 256 characters in length.")
        if name.lower().startswith("aws:"):
            raise InvalidParameterValueException("Tag keys beginning with aws: are reserved.")
    result = {**tags, **added}
    if len(result) > MAXIMUM:
        raise InvalidParameterValueException(f"Too many tags added for queue: the most is {MAXIMUM}.")
    return result
