"""Fair queues: of a standard queue whose messages have groups, a tenant with much in flight waits for the others.

Source: "Amazon SQS fair queues", Amazon SQS Developer Guide.
"""

from collections.abc import Iterator
from itertools import chain, islice

from vauban.kernel.calls import Call
from vauban.services.sqs.resources import Queue, Slot

LOUD = 10
"""Messages that a tenant may have in flight before others go first."""
WINDOW = 100
"""How far messages of others are looked for."""


def fairly(call: Call, queue: Queue, slots: Iterator[Slot], most: int) -> Iterator[Slot]:
    """Slots in their order, but those of loud tenants behind what others have nearby."""
    front = list(islice(slots, most))
    loud = {each.tenant: _is_loud(call, queue, each.tenant) for each in front if each.tenant}
    if not any(loud.values()):
        return chain(front, slots)
    near = front + list(islice(slots, WINDOW))
    for each in near:
        if each.tenant and each.tenant not in loud:
            loud[each.tenant] = _is_loud(call, queue, each.tenant)
    return chain(sorted(near, key=lambda each: loud.get(each.tenant, False)), slots)


def _is_loud(call: Call, queue: Queue, tenant: str) -> bool:
    return call.store.count(Slot, index="taken", value=f"{queue.box}/{tenant}") >= LOUD
