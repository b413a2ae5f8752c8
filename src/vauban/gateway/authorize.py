"""May they: each resource of a call put to the policies, and the plans kept that make it cheap."""

from dataclasses import replace
from typing import NoReturn

from vauban.gateway.callers import Caller
from vauban.gateway.context import CallContext
from vauban.gateway.denials import refuse
from vauban.gateway.routes import Route
from vauban.gateway.standings import Standing, Standings
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.resources import ANY, Resource
from vauban.kernel.stores import World
from vauban.policy import Plan, Prospects, plan

_PLANS_KEPT = 20_000

_Key = tuple[Caller, str, object, str, Standing]
"""Caller, action, the resource's policy, its ARN (or its owner, where the plan is one for all that they own), and the
owner's standing."""


class Authorizer:
    """Decides calls. A plan is what is left of all policies for one caller, action and resource; new policies make a
    new caller or a new policy object, and so a new plan."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._plans: dict[_Key, Plan] = {}

    def authorize(
        self, call: Call, caller: Caller, route: Route, resources: tuple[Resource, ...], world: World
    ) -> None:
        """Raises AccessDeniedException, with the decision, unless every resource may be acted on."""
        if route.operation.decide is not None:
            decision = route.operation.decide(call, resources, self._question(call, caller, route, world))
            if not decision.allowed:
                self._refuse(call, caller, route, decision, world)
            return
        decided_on = resources or (ANY,)
        for action, resource in zip(route.actions, decided_on, strict=True):
            decision = self._decide(call, caller, route, action, resource, world)
            if not decision.allowed:
                self._refuse(call, caller, route, decision, world)
        for action, member in route.also:
            if call.params.get(member):
                for resource in decided_on:
                    decision = self._decide(call, caller, route, action, resource, world)
                    if not decision.allowed:
                        self._refuse(call, caller, route, decision, world)

    def prospects(self, caller: Caller, action: str, resource: Resource, world: World) -> Prospects:
        """What would come of a call that nobody makes: see ``Plan.prospects``."""
        return self._plan(caller, action, resource, self._owner(caller, resource, world)).prospects()

    def _question(self, call: Call, caller: Caller, route: Route, world: World):
        return lambda action, resource: self._decide(call, caller, route, action, resource, world)

    def _decide(
        self, call: Call, caller: Caller, route: Route, action: str, resource: Resource, world: World
    ) -> Decision:
        owner = self._owner(caller, resource, world)
        context = CallContext(call, resource, route.service.conditions, caller.standing, owner)
        kept = self._plans.get((caller, action, resource.policy, resource.account, owner))
        decision = (kept or self._plan(caller, action, resource, owner)).decide(context, resource.grants)
        if decision.allowed or decision.resource == resource.arn:
            return decision
        return plan(caller.principal, owner.policies(caller, action, resource), action, resource).decide(context)

    def _owner(self, caller: Caller, resource: Resource, world: World) -> Standing:
        """The standing of a resource's account. Raises AccessDeniedException for a closed one."""
        if not resource.account or resource.account == caller.principal.account:
            return caller.standing
        owner = self._standings.of(resource.account, world)
        if owner.closed:
            raise AccessDeniedException("You don't have permissions to access this resource.")
        return owner

    def _plan(self, caller: Caller, action: str, resource: Resource, owner: Standing) -> Plan:
        own = (caller, action, resource.policy, resource.arn, owner)
        kept = self._plans.get(own)
        if kept is None:
            policies = owner.policies(caller, action, resource)
            kept = plan(caller.principal, policies, action, replace(resource, record=None, grants=None))
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            shared = (caller, action, resource.policy, resource.account, owner)
            self._plans[shared if kept.any_resource else own] = kept
        return kept

    def _refuse(self, call: Call, caller: Caller, route: Route, decision: Decision, world: World) -> NoReturn:
        resource = next((each for each in call.resources if each.arn == decision.resource), ANY)
        owner = self._owner(caller, resource, world)
        refuse(call, route, decision, CallContext(call, resource, route.service.conditions, caller.standing, owner))
