"""May they: each resource of a call put to the policies, and the plans kept that make it cheap."""

from dataclasses import replace

from vauban.gateway.callers import Caller
from vauban.gateway.context import CallContext
from vauban.gateway.routes import Route
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.ids import authorization_id
from vauban.kernel.resources import ANY, Resource
from vauban.policy import Plan, denial_message, plan

_PLANS_KEPT = 100_000


class Authorizer:
    """Decides calls. A plan is what is left of all policies for one caller, action and resource; it is kept for as
    long as the caller's policies and the resource's are the very objects it was made from."""

    def __init__(self) -> None:
        self._plans: dict[tuple[str, str, str], tuple[Caller, object, Plan]] = {}

    def authorize(self, call: Call, caller: Caller, route: Route, resources: tuple[Resource, ...]) -> None:
        """Raises AccessDeniedException, with the decision, unless every resource may be acted on."""
        if route.operation.decide is not None:
            self._require(call, route.operation.decide(call, resources, self._question(call, caller, route)))
            return
        if not resources:
            self._require(call, self._decide(call, caller, route, route.action, ANY))
        for resolver, resource in zip(route.operation.on, resources, strict=True):
            self._require(call, self._decide(call, caller, route, resolver.action or route.action, resource))
        for action, member in route.also:
            if call.params.get(member):
                for resource in resources or (ANY,):
                    self._require(call, self._decide(call, caller, route, action, resource))

    def _question(self, call: Call, caller: Caller, route: Route):
        return lambda action, resource: self._decide(call, caller, route, action, resource)

    def _decide(self, call: Call, caller: Caller, route: Route, action: str, resource: Resource) -> Decision:
        context = CallContext(call, resource, route.service.conditions)
        return self._plan(caller, action, resource).decide(context, resource.grants)

    def _plan(self, caller: Caller, action: str, resource: Resource) -> Plan:
        key = (caller.principal.arn, action, resource.arn)
        kept = self._plans.get(key)
        if kept is not None and kept[0] is caller and kept[1] is resource.policy:
            return kept[2]
        made = plan(caller.principal, caller.policies, action, replace(resource, record=None, grants=None))
        if len(self._plans) >= _PLANS_KEPT:
            self._plans.clear()
        self._plans[key] = (caller, resource.policy, made)
        return made

    @staticmethod
    def _require(call: Call, decision: Decision) -> None:
        if decision.allowed:
            return
        identifier = authorization_id()
        message = f"{denial_message(call.principal, decision)} (authorization ID: {identifier})"
        raise AccessDeniedException(message, decision, identifier)
