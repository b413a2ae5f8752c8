"""One run of a call over one snapshot, with all that it asks of other services on the way."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vauban.gateway import audit
from vauban.gateway.callers import Caller, caller_of
from vauban.gateway.routes import Route
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import Identify, ServiceEvent
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Changeset
from vauban.policy import Policies

if TYPE_CHECKING:
    from vauban.gateway.answer import Gateway


class Attempt:
    """Proposes changes and audit events; the gateway keeps them together, or drops them and tries again."""

    __slots__ = ("_asked", "_caller", "_gateway", "changes", "events", "position")

    def __init__(self, gateway: "Gateway", caller: Caller, changes: Changeset, events: list[AuditEvent] | None = None):
        self._gateway = gateway
        self._caller = caller
        self._asked = 0
        self.changes = changes
        self.events: list[AuditEvent] = [] if events is None else events
        self.position = 0
        """Of its last event in the outbox, once it is kept."""

    def start_again(self, changes: Changeset) -> None:
        """Forget what was proposed; the next run stands on ``changes``."""
        self._asked = 0
        self.changes = changes
        self.events = []

    def perform(self, call: Call, route: Route) -> dict[str, Any] | None:
        """Resolve, decide, guard, do. Nothing is touched before the decision, and absence is told only after it."""
        call.asker = self._ask
        call.sealer = self._gateway.store.sealer
        operation, changes = route.operation, self.changes
        if operation.identify is not None:
            self._identify(call, operation.identify)
        call.account = call.principal.account or call.account
        resources: list[Resource] = []
        for resolve in operation.on:
            resources.append(resolve(call, changes))  # noqa: PERF401 - a comprehension is a call of its own
        call.resources = resources
        self._gateway.authorizer.authorize(call, self._caller, route, resources, changes)
        taken: list[Any] = [call]
        for resource in resources:
            if resource.absent is not None:
                raise resource.absent
            taken.append(resource.record)
        if resources and resources[0].account:
            call.account = resources[0].account
        call.store = changes.at(call.account, call.region)
        call.world = changes
        if self._gateway.throttle is not None:
            self._gateway.throttle.check(call, route.service, resources)
        if route.service.guard is not None:
            route.service.guard(call, resources)
        result = operation.handler(*taken, **route.arguments(call.params))
        self.events += audit.answered(call, self._caller, route, result)
        return result

    def _identify(self, call: Call, identify: Identify) -> None:
        """Learn from its params who makes an unsigned call."""
        call.principal = identify(call, self.changes)
        self._caller = caller_of(call.principal, Policies())

    def carry_out(self, call: ServiceCall, act: Callable[[ServiceCall], ServiceEvent | None]) -> None:
        """What a service does by itself."""
        call.asker = self._ask
        call.sealer = self._gateway.store.sealer
        call.store = self.changes.at(call.account, call.region)
        call.world = self.changes
        done = act(call)
        if done is not None:
            self.events.append(audit.done(call, done))

    def _ask(self, call: Call, action: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """Another service's operation, decided and audited: on the caller's authority (a forward access session), or
        on the asking service's own where it acts by itself."""
        service, operation = action.split(":")
        route = self._gateway.routes.find(service, operation)
        caller = self._asking(call)
        inner = Call(
            route.signing_name,
            route.operation,
            params,
            caller.principal,
            caller.principal.account or call.account,
            route.service.region or call.region,
            call.time,
            call.request,
            call.request_id,
            via=self._via(call, route),
        )
        inner.source = call.source
        self._asked += 1
        inner.computed = call.computed.setdefault(self._asked, {})
        attempt = Attempt(self._gateway, caller, self.changes.nested(), self.events)
        try:
            route.validate(params)
            result = attempt.perform(inner, route)
        except AwsError as error:
            self.events.append(audit.refused(inner, caller, route, error))
            raise
        attempt.changes.merge()
        return result

    @staticmethod
    def _via(call: Call, route: Route) -> tuple[str, ...]:
        """Nobody stands between where a service asks as itself, or in a call for one of its own operations."""
        if call.principal.kind == "service" or (call.service == route.signing_name and type(call) is Call):
            return call.via
        asking = f"{call.service}.amazonaws.com"
        return call.via if call.via[-1:] == (asking,) else (*call.via, asking)

    def _asking(self, call: Call) -> Caller:
        if call.principal is self._caller.principal:
            return self._caller
        return self._gateway.represented.caller(call.principal, self.changes)
