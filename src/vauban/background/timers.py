"""What falls due, done: in order, each once, on Vauban's clock."""

import asyncio
import logging
from collections.abc import Callable

from vauban.background.clocks import VirtualClock
from vauban.kernel.calls import Call
from vauban.kernel.errors import Conflict
from vauban.kernel.events import AuditEvent
from vauban.kernel.ids import request_id as new_id
from vauban.kernel.operations import BY_ITSELF, DUE, ServiceEvent
from vauban.kernel.principals import service_principal
from vauban.kernel.records import KINDS, Identity
from vauban.kernel.requests import Request
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.timers")

_RETRY_SECONDS = 60.0
"""How long a record whose work failed is left alone."""


class Timers:
    """Runs the ``@when_due`` functions. A record is done with when its own ``due`` has moved on or gone."""

    def __init__(self, store: Store, now: Callable[[], float]):
        self._store = store
        self._now = now
        self._failed: dict[Identity, float] = {}

    async def advance(self, clock: VirtualClock, moment: float) -> int:
        """Move the clock to ``moment`` (epoch seconds), stopping wherever something falls due; how many did."""
        done = 0
        while (due := self._next(moment)) is not None:
            at, identity = due
            await clock.move_to(at)
            done += await self._act(identity, max(at, self._now()))
        await clock.move_to(moment)
        return done

    async def run(self, until: float) -> int:
        """Do all that is due at ``until``; how many were done."""
        done = 0
        while (due := self._next(until)) is not None:
            done += await self._act(due[1], until)
        return done

    def _next(self, until: float) -> tuple[float, Identity] | None:
        """The earliest due record but for those whose work failed a moment ago."""
        now = asyncio.get_running_loop().time()
        return self._store.due(until, {identity for identity, again in self._failed.items() if again > now})

    async def _act(self, identity: Identity, moment: float) -> bool:
        try:
            await _run_due(self._store, identity, moment)
        except Conflict:
            return False
        except Exception:
            log.exception("what was due for %s failed; it is tried again in %d s", identity, _RETRY_SECONDS)
            self._failed[identity] = asyncio.get_running_loop().time() + _RETRY_SECONDS
            return False
        self._failed.pop(identity, None)
        return True


async def _run_due(store: Store, identity: Identity, moment: float) -> None:
    """One ``@when_due`` function over one record: its changes, events and audit in one commit."""
    kind, account, region, record_id = identity
    changes = store.begin()
    record = changes.at(account, region).get(KINDS[kind].type, record_id)
    if record is None:
        return
    service = kind.split(":")[0]
    call = _service_call(service, getattr(record, "account", account), getattr(record, "region", region), moment)
    call.store = changes.at(call.account, call.region)
    event = DUE[KINDS[kind].type](call, record)
    await store.commit(changes, [_audit(call, event)] if event else [])


def _service_call(service: str, account: str, region: str, moment: float) -> Call:
    return Call(service, BY_ITSELF, {}, service_principal(service), account, region, moment, Request("", ""), new_id())


def _audit(call: Call, event: ServiceEvent) -> AuditEvent:
    principal = call.principal
    return AuditEvent(
        time=call.time,
        request_id=call.request_id,
        service=call.service,
        operation=event.name,
        account=call.account,
        region=call.region,
        principal=(principal.kind, "", principal.arn, principal.unique_id, "", "", ""),
        source_ip=principal.arn,
        user_agent=principal.arn,
        secure=True,
        read_only=False,
        params=None,
        result=event.details,
        resources=event.resources,
        event_type="AwsServiceEvent",
    )
