"""Simulations: what policies would decide, by the very evaluator that decides calls.

Source: IAM User Guide, "Testing IAM policies with the IAM policy simulator".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vauban.aws.actions import actions_of, resource_types
from vauban.identity.accounts import Account, root_principal
from vauban.identity.groups import Group
from vauban.identity.organizations import SERVICE_CONTROL, Organization, control_levels
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Check, Decision, Effect, Layer
from vauban.kernel.operations import operation
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import Policies, decide
from vauban.policy.matching import ArnMatch, arn_matcher, parts, segments, split_segments
from vauban.services.iam.errors import InvalidInputException
from vauban.services.iam.lists import page
from vauban.services.iam.simulated_entities import SimulatedEntity, entity_of, find_entity
from vauban.services.iam.simulated_policies import (
    IAM_POLICY,
    RESOURCE_POLICY,
    Excluded,
    Simulated,
    boundary_of,
    given,
    simulated,
    speaking_for,
)

_ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9_-]+", re.ASCII)
_ACCOUNT_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_SCENARIOS = frozenset(
    {
        "EC2-VPC-InstanceStore",
        "EC2-VPC-InstanceStore-Subnet",
        "EC2-VPC-EBS",
        "EC2-VPC-EBS-Subnet",
        "EC2-Classic-InstanceStore",
        "EC2-Classic-EBS",
    }
)
_BOUNDARY = "PermissionsBoundaryPolicyInputList"


@dataclass(frozen=True)
class Simulation:
    """All that is put to the evaluator, for each action and each resource."""

    caller: Principal
    identity: tuple[Simulated, ...]
    boundary: Simulated | None
    service_control: tuple[tuple[Simulated, ...], ...]
    resource_policy: Simulated | None
    owner: str
    """The account of resources whose ARNs tell none."""
    context: Mapping[str, Any]
    """By condition key, lower-case."""

    @property
    def policies(self) -> Policies:
        return Policies(
            identity=tuple(each.policy for each in self.identity),
            boundary=self.boundary.policy if self.boundary else None,
            service_control=tuple(tuple(each.policy for each in level) for level in self.service_control),
        )

    def resource(self, arn: str) -> Resource:
        told = segments(arn)[4] if len(segments(arn)) > 1 else ""
        policy = self.resource_policy.policy if self.resource_policy else None
        return Resource(arn, account=told if told.isdigit() else self.owner, policy=policy)


@operation("SimulateCustomPolicy")
def simulate_custom_policy(
    call: Call,
    policy_input_list: list[str],
    action_names: list[str],
    permissions_boundary_policy_input_list: list[str] | None = None,
    ordered_organization_policy_input_list: list[dict[str, Any]] | None = None,
    resource_arns: list[str] | None = None,
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: list[dict[str, Any]] | None = None,
    resource_handling_option: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> dict[str, Any]:
    if resource_policy is not None and caller_arn is None:
        raise InvalidInputException("CallerArn is required where a ResourcePolicy is given.")
    _require_scenario(resource_handling_option)
    caller = entity_of(caller_arn).principal if caller_arn else root_like(call.account)
    levels = [
        given(f"OrderedOrganizationPolicyInputList.{number}", level.get("ServiceControlPolicyInputList"))
        for number, level in enumerate(ordered_organization_policy_input_list or (), 1)
    ]
    simulation = Simulation(
        caller=caller,
        identity=tuple(given("PolicyInputList", policy_input_list)),
        boundary=_given_boundary(permissions_boundary_policy_input_list),
        service_control=tuple(map(tuple, levels)),
        resource_policy=_given_resource_policy(resource_policy),
        owner=_owner(resource_owner) or caller.account,
        context=_context(context_entries),
    )
    return _results(call, simulation, action_names, resource_arns, max_items, marker)


@operation("SimulatePrincipalPolicy", on=SimulatedEntity())
def simulate_principal_policy(
    call: Call,
    entity: User | Group | Role,
    action_names: list[str],
    policy_input_list: list[str] | None = None,
    permissions_boundary_policy_input_list: list[str] | None = None,
    policy_exclusion_list: list[dict[str, Any]] | None = None,
    resource_arns: list[str] | None = None,
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: list[dict[str, Any]] | None = None,
    resource_handling_option: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> dict[str, Any]:
    if resource_policy is not None and isinstance(entity, Role):
        raise InvalidInputException("Simulation of resource-based policies is not supported for IAM roles.")
    if resource_policy is not None and caller_arn is None and isinstance(entity, Group):
        raise InvalidInputException("CallerArn is required where a ResourcePolicy is given.")
    _require_scenario(resource_handling_option)
    excluded = Excluded(policy_exclusion_list)
    caller = find_entity(call, caller_arn) if caller_arn else entity
    named = entity_of(caller.arn, caller)
    boundary = _given_boundary(permissions_boundary_policy_input_list) or boundary_of(call.store, entity, excluded)
    simulation = Simulation(
        caller=named.principal,
        identity=(*speaking_for(call.store, entity, excluded), *given("PolicyInputList", policy_input_list)),
        boundary=boundary,
        service_control=() if excluded.type("scp") else _levels(call),
        resource_policy=_given_resource_policy(resource_policy),
        owner=_owner(resource_owner) or call.account,
        context={**named.context, **_context(context_entries)},
    )
    return _results(call, simulation, action_names, resource_arns, max_items, marker)


def root_like(account: str) -> Principal:
    """Somebody of the account, of whom no more is said."""
    return Principal("user", account, root_principal(account).arn, account)


def _results(
    call: Call,
    simulation: Simulation,
    action_names: Sequence[str],
    resource_arns: Sequence[str] | None,
    max_items: int | None,
    marker: str | None,
) -> dict[str, Any]:
    for action in action_names:
        if not _ACTION.fullmatch(action):
            raise InvalidInputException(f"Invalid action name: {action}")
    resources = resource_arns or ["*"]
    entries = ((f"{number:06}", action) for number, action in enumerate(action_names))
    return page(
        call, "EvaluationResults", entries, max_items, marker, lambda action: _result(simulation, action, resources)
    )


def _result(simulation: Simulation, action: str, arns: Sequence[str]) -> dict[str, Any]:
    """One action on all the resources, the worst of them first said of the whole."""
    each = [_of_resource(simulation, action, arn) for arn in arns]
    worst = max(each, key=lambda one: _RANK[one["EvalResourceDecision"]])
    statements = [statement for one in each for statement in one["MatchedStatements"]]
    missing = dict.fromkeys(key for one in each for key in one["MissingContextValues"])
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": arns[0] if len(arns) == 1 else _template(action, arns),
        "EvalDecision": worst["EvalResourceDecision"],
        "MatchedStatements": [one for index, one in enumerate(statements) if one not in statements[:index]],
        "MissingContextValues": list(missing),
    }
    if simulation.service_control:
        allowed = all(one.pop("_allowed_by_organizations") for one in each)
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    if simulation.boundary:
        allowed = all(one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for one in each)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    if list(arns) != ["*"]:
        result["EvalDecisionDetails"] = worst["EvalDecisionDetails"]
        result["ResourceSpecificResults"] = each
    return result


_RANK = {"allowed": 0, "implicitDeny": 1, "explicitDeny": 2}


def _of_resource(simulation: Simulation, action: str, arn: str) -> dict[str, Any]:
    resource = simulation.resource(arn)
    decision = decide(simulation.caller, simulation.policies, action, resource, simulation.context)
    result: dict[str, Any] = {
        "EvalResourceName": arn,
        "EvalResourceDecision": _word(decision),
        "MatchedStatements": _matched(simulation, decision),
        "MissingContextValues": _missing(simulation, action, arn),
        "EvalDecisionDetails": {},
    }
    if simulation.service_control:
        result["_allowed_by_organizations"] = _allows(decision, Layer.SERVICE_CONTROL_POLICY)
    if resource.account != simulation.caller.account:
        result["EvalDecisionDetails"] = _details(simulation, decision)
    if simulation.boundary:
        allowed = _boundary_allows(simulation, action, resource)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return result


def _word(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if any(each.effect is Effect.EXPLICIT_DENY for each in decision.checks) else "implicitDeny"


def _allows(decision: Decision, layer: Layer) -> bool:
    return all(each.effect in (Effect.ALLOW, Effect.NO_IMPACT) for each in decision.checks if each.layer is layer)


def _boundary_allows(simulation: Simulation, action: str, resource: Resource) -> bool:
    """Whether the boundary alone would, whatever else speaks."""
    alone = Policies(identity=(simulation.boundary.policy,))
    owned = Resource(resource.arn, account=simulation.caller.account)
    return decide(simulation.caller, alone, action, owned, simulation.context).allowed


def _details(simulation: Simulation, decision: Decision) -> dict[str, str]:
    names = {Layer.PRINCIPAL: IAM_POLICY, Layer.RESOURCE: RESOURCE_POLICY, Layer.PERMISSIONS_BOUNDARY: _BOUNDARY}
    return {names[each.layer]: _EFFECTS[each.effect] for each in decision.checks if each.layer in names}


_EFFECTS = {
    Effect.ALLOW: "allowed",
    Effect.NO_IMPACT: "implicitDeny",
    Effect.IMPLICIT_DENY: "implicitDeny",
    Effect.EXPLICIT_DENY: "explicitDeny",
}


def _matched(simulation: Simulation, decision: Decision) -> list[dict[str, Any]]:
    """The statements that made the decision: its denies, or where it is allowed its allows."""
    word = _word(decision)
    wanted = {"allowed": Effect.ALLOW, "explicitDeny": Effect.EXPLICIT_DENY}.get(word)
    labels = {label for check in decision.checks if check.effect is wanted for label in _labels(check)}
    sources = [*simulation.identity, *([simulation.resource_policy] if simulation.resource_policy else [])]
    if simulation.boundary and word == "explicitDeny":
        sources.append(simulation.boundary)
    return [
        source.statement(index)
        for source in sources
        for index, statement in enumerate(source.policy.statements)
        if statement.label in labels and statement.allow == (word == "allowed")
    ]


def _labels(check: Check) -> tuple[str, ...]:
    return () if check.layer is Layer.SERVICE_CONTROL_POLICY else check.statements


def _missing(simulation: Simulation, action: str, arn: str) -> list[str]:
    """The condition keys that statements about this ask for and the request does not have."""
    sources = [*simulation.identity, *(each for each in (simulation.resource_policy, simulation.boundary) if each)]
    asked = (
        key
        for source in sources
        for statement in source.policy.statements
        if statement.speaks_of(action.lower(), segments(arn))
        for key in statement.keys
    )
    return list(dict.fromkeys(key for key in asked if key.lower() not in simulation.context))


def _template(action: str, arns: Sequence[str]) -> str:
    """The form of the ARNs that an action is on, the one that fits these best, or ``*``."""
    service, _, name = action.partition(":")
    types = resource_types(service)
    names = [each for known in actions_of(service, name) for each in known.resource_types if each in types]
    templates = [types[each].arn for each in names]
    fitting = [each for each in templates if all(map(_fits(each), map(segments, arns)))]
    return max(fitting or templates or ["*"], key=lambda each: len(_VARIABLE.sub("", each)))


def _fits(template: str) -> ArnMatch:
    return arn_matcher(split_segments(parts(_VARIABLE.sub("*", template))))


def _context(entries: Sequence[dict[str, Any]] | None) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for entry in entries or ():
        if "ContextKeyName" not in entry:
            raise InvalidInputException("A context entry must have a ContextKeyName.")
        values = entry.get("ContextKeyValues", [])
        many = entry.get("ContextKeyType", "").endswith("List") or len(values) > 1
        if values:
            context[entry["ContextKeyName"].lower()] = list(values) if many else values[0]
    return context


def _given_boundary(documents: Sequence[str] | None) -> Simulated | None:
    if documents and len(documents) > 1:
        raise InvalidInputException("You can specify only one permissions boundary policy.")
    return given(_BOUNDARY, documents)[0] if documents else None


def _given_resource_policy(document: str | None) -> Simulated | None:
    return None if document is None else simulated("ResourcePolicy", document, "resource", RESOURCE_POLICY)


def _owner(arn: str | None) -> str:
    if arn is None:
        return ""
    match = _ACCOUNT_ARN.fullmatch(arn)
    if match is None:
        raise InvalidInputException(f"Invalid resource owner: {arn}")
    return match[1]


def _require_scenario(name: str | None) -> None:
    """EC2's scenarios name the resources that a simulation must have; of those, none is simulated otherwise."""
    if name is not None and name not in _SCENARIOS:
        raise InvalidInputException(f"Invalid resource handling option: {name}")


def _levels(call: Call) -> tuple[tuple[Simulated, ...], ...]:
    """The service control policies that hold the account."""
    records = call.world.at("", "")
    account = records.get(Account, call.account)
    organization = records.get(Organization, account.organization_id) if account and account.organization_id else None
    if organization is None or organization.management_account == call.account:
        return ()
    levels = control_levels(records, account, organization, SERVICE_CONTROL)
    return tuple(tuple(simulated(each.name, each.content) for each in level) for level in levels)
