"""How long events are kept."""

from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, operation, when_due
from vauban.kernel.records import replace
from vauban.services.logs.errors import InvalidParameterException
from vauban.services.logs.resolvers import a_group
from vauban.services.logs.resources import Batch, Group, milliseconds

DAYS = frozenset(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
_ONE_HOUR = timedelta(hours=1)


@operation("PutRetentionPolicy", on=a_group)
def put_retention_policy(call: Call, group: Group, retention_in_days: int) -> None:
    if retention_in_days not in DAYS:
        raise InvalidParameterException(f"{retention_in_days} is not a number of days that events can be kept for.")
    call.store.put(replace(group, retention_days=retention_in_days, prune_at=call.now + _ONE_HOUR))


@operation("DeleteRetentionPolicy", on=a_group)
def delete_retention_policy(call: Call, group: Group) -> None:
    call.store.put(replace(group, retention_days=None, prune_at=None))


@when_due(Group)
def prune(call: Call, group: Group) -> ServiceEvent | None:
    """Forget batches whose every event is out of date."""
    oldest = oldest_kept(call, group)
    for batch in call.store.list(Batch, prefix=f"{group.name}:"):
        if batch.latest < oldest:
            call.store.delete(batch)
    call.store.put(replace(group, prune_at=call.now + _ONE_HOUR))


def oldest_kept(call: Call, group: Group) -> int:
    """Events of before this time are out of date, whether or not they have been forgotten yet."""
    if group.retention_days is None:
        return 0
    return milliseconds(call.now - timedelta(days=group.retention_days))
