"""What rules name, looked up: whoever makes rules must be let use the sets and rule groups that they name.

Source: "Actions, resources, and condition keys for AWS WAF V2", Service Authorization Reference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Decide, Evaluate
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.wafv2.errors import BAD_ARN, invalid
from vauban.services.wafv2.resolvers import KINDS, found
from vauban.services.wafv2.resources import Entity, RuleGroup
from vauban.services.wafv2.scopes import Named, read
from vauban.services.wafv2.statements import NAMING, Rule, references_of

_FIELDS = {
    "IPSetReferenceStatement": "IP_SET_REFERENCE_STATEMENT",
    "RegexPatternSetReferenceStatement": "REGEX_PATTERN_REFERENCE_STATEMENT",
    "RuleGroupReferenceStatement": "RULE_GROUP_REFERENCE_STATEMENT",
}


@dataclass(frozen=True)
class Proposal:
    """What is to be kept of a request, in the words of the model, and what its rules name, by ARN."""

    settings: dict[str, Any]
    named: dict[str, Resource]

    @property
    def rules(self) -> list[Rule]:
        return self.settings["Rules"]


@dataclass(frozen=True)
class ProposalResolver:
    """Rules, and what is set beside them. Rule groups that they name may be another account's, who shares them."""

    members: tuple[str, ...]
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        settings = {member: call.params[member] for member in self.members if member in call.params}
        settings.setdefault("Rules", [])
        named = dict(_named(call, settings["Rules"]))
        resources = {text: found(world, KINDS[each.noun], each) for text, each in named.items()}
        absent = next((each.absent for each in resources.values() if each.absent), None)
        return Resource("*", record=Proposal(settings, resources), absent=absent)


def may_use(action: str) -> Decide:
    """A rule of authorization: the action on the entity itself and on all that its rules name; and its tags."""

    def decide(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
        own, proposed = resources
        questions = [(action, each) for each in (own, *proposed.record.named.values())]
        if call.params.get("Tags"):
            questions.append(("wafv2:TagResource", own))
        return first_denial(questions, evaluate)

    return decide


def first_denial(questions: Iterable[tuple[str, Resource]], evaluate: Evaluate) -> Decision:
    """The first decision that is no, or the last."""
    for action, resource in questions:
        decision = evaluate(action, resource)
        if not decision.allowed:
            break
    return decision


def all_named(world: World, rules: Iterable[Rule]) -> dict[str, Entity]:
    """What the rules name, and what the rules of rule groups among that name in turn, by ARN; what is gone is not."""
    known: dict[str, Entity] = {}
    for text in dict.fromkeys(arn for _, arn in references_of(rules)):
        entity = _at(world, text)
        if entity is not None:
            known[text] = entity
            known |= all_named(world, entity.rules) if isinstance(entity, RuleGroup) else {}
    return known


def _at(world: World, text: str) -> Entity | None:
    named = read(text)
    return found(world, KINDS[named.noun], named).record if named else None


def _named(call: Call, rules: Iterable[Rule]) -> Iterator[tuple[str, Named]]:
    """Raises WAFInvalidParameterException for what the rules of this account, Region and scope cannot name."""
    for kind, text in references_of(rules):
        named = read(text)
        if named is None or not _fits(call, kind, named):
            raise invalid(_FIELDS[kind], text, BAD_ARN)
        yield text, named


def _fits(call: Call, kind: str, named: Named) -> bool:
    own = named.account == call.account or kind == "RuleGroupReferenceStatement"
    return own and (named.noun, named.region, named.scope) == (NAMING[kind], call.region, call.params["Scope"])
