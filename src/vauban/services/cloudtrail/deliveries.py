"""Delivering what trails log, every five minutes, once.

Which stretch of the audit log is delivered next is committed before a file of it is written, and that it is delivered
after the last. Whoever is interrupted between the two writes the same files under the same names again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from vauban.kernel.calls import Call
from vauban.kernel.operations import every
from vauban.kernel.records import replace
from vauban.kernel.stores import Trail as AuditLog
from vauban.services.cloudtrail.digests import PERIOD_SECONDS, signed_digest, write_digest
from vauban.services.cloudtrail.log_files import Stretch, write_log_files
from vauban.services.cloudtrail.organizations import accounts_of
from vauban.services.cloudtrail.public_keys import signing_key
from vauban.services.cloudtrail.resources import Delivery, DigestChain, LogFile, Trail

DELIVERY_SECONDS = 300
MOST_EVENTS = 20_000
"""Of one stretch."""
LATE_SECONDS = 60
"""Nothing gets to the audit log later than that."""
NO_SINK = "NoSuchBucket"


@every(Trail, seconds=DELIVERY_SECONDS)
def deliver(call: Call, trail: Trail) -> bool:
    """One step of delivering; whether there is another."""
    delivery = call.store.get(Delivery, trail.arn)
    if delivery is None:
        return False
    if call.sink is None:
        _note(call, delivery, NO_SINK)
        return False
    if delivery.next_place > delivery.place:
        return _deliver_stretch(call, trail, delivery)
    if delivery.idle:
        return _deliver_digest(call, trail, delivery)
    up_to = call.search(next_stop, delivery.place, MOST_EVENTS)
    if up_to > delivery.place:
        time = call.time // DELIVERY_SECONDS * DELIVERY_SECONDS
        call.store.put(replace(delivery, next_place=up_to, time=time))
        return True
    return _deliver_digest(call, trail, delivery)


def forget_delivery(call: Call, trail: Trail) -> None:
    """Of a trail that is deleted."""
    for chain in call.store.list(DigestChain, index="trail", value=trail.arn):
        call.store.delete(chain)
    delivery = call.store.get(Delivery, trail.arn)
    if delivery is not None:
        call.store.delete(delivery)


def begin_delivery(call: Call, trail: Trail) -> None:
    """Of a trail that starts logging: from here on, unless something from before is still to be delivered."""
    delivery = call.store.get(Delivery, trail.arn)
    if delivery is None:
        call.store.put(Delivery(trail.arn, call.search(end_of)))
    elif delivery.idle:
        call.store.put(replace(delivery, place=call.search(end_of), next_place=0, idle=False))


def end_of(log: AuditLog) -> int:
    return log.end()


def next_stop(log: AuditLog, place: int, count: int) -> int:
    return log.reach(place, count)


def _deliver_stretch(call: Call, trail: Trail, delivery: Delivery) -> bool:
    stretch = Stretch(
        trail,
        accounts_of(call, trail.account, trail.organization_id),
        delivery.place,
        delivery.next_place,
        delivery.time,
    )
    files = call.search(write_log_files, call.sink, stretch)
    if isinstance(files, str):
        _note(call, delivery, files)
        return False
    done = replace(delivery, place=delivery.next_place, error="", idle=_is_over(trail, delivery.time))
    call.store.put(replace(done, delivered=call.now) if files else done)
    if trail.log_file_validation:
        _chain(call, trail, files)
    return True


def _is_over(trail: Trail, time: float) -> bool:
    """Whether nothing of a time after can be the trail's. What was called meanwhile is on the log by then."""
    last = trail.periods[-1].stop
    return last is not None and last + LATE_SECONDS < time


def _chain(call: Call, trail: Trail, files: Iterable[LogFile]) -> None:
    """Put files where the next digest of their account and Region lists them."""
    found: dict[tuple[str, str], list[LogFile]] = {}
    for file in files:
        found.setdefault((file.account, file.region), []).append(file)
    for (account, region), delivered in found.items():
        chain_id = f"{trail.arn} {account} {region}"
        chain = call.store.get(DigestChain, chain_id)
        if chain is None:
            chain = DigestChain(chain_id, trail.arn, account, region, call.time)
        call.store.put(replace(chain, files=(*chain.files, *delivered)))


def _deliver_digest(call: Call, trail: Trail, delivery: Delivery) -> bool:
    """Deliver a digest whose period is over, or end a chain that nothing is added to; whether there was one."""
    chains = call.store.list(DigestChain, index="trail", value=trail.arn)
    chain = next((each for each in chains if each.start + PERIOD_SECONDS <= call.time), None)
    if chain is None:
        return False
    if not chain.files and not _is_validated(trail, chain.start):
        call.store.delete(chain)
        return True
    end = chain.start + (call.time - chain.start) // PERIOD_SECONDS * PERIOD_SECONDS
    signed = signed_digest(trail, chain, end, signing_key(call, chain.region))
    error = call.slowly(write_digest, call.sink, signed)
    if error:
        _note(call, delivery, error)
        return False
    call.store.put(replace(chain, start=end, files=(), previous=signed.digest))
    call.store.put(replace(delivery, digested=datetime.fromtimestamp(call.time, UTC)))
    return True


def _is_validated(trail: Trail, since: float) -> bool:
    return trail.log_file_validation and any(each.stop is None or each.stop >= since for each in trail.periods)


def _note(call: Call, delivery: Delivery, error: str) -> None:
    if delivery.error != error:
        call.store.put(replace(delivery, error=error))
