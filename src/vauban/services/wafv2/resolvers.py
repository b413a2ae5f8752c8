"""How a call names what WAF keeps: by name, scope and id, or by ARN; and what its rules name."""

from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.wafv2.errors import NOT_EXACTLY_ONE, WAFNonexistentItemException, invalid
from vauban.services.wafv2.resources import Entity, IPSet, RegexPatternSet, RuleGroup, WebACL, arn_of, key_of
from vauban.services.wafv2.scopes import Named, parse, require_scope

KINDS: dict[str, type[Entity]] = {kind.NOUN: kind for kind in (IPSet, RegexPatternSet, RuleGroup, WebACL)}


def resource_of(entity: Entity) -> Resource:
    return Resource(
        entity.arn,
        entity.NOUN,
        entity.account,
        entity,
        entity.compiled_policy if isinstance(entity, RuleGroup) else None,
        tags=entity.tags,
        cloudtrail_type=entity.CLOUDTRAIL_TYPE,
    )


def found(world: World, kind: type[Entity], named: Named) -> Resource:
    """The entity, or its absence; one that has the name and another id is another."""
    entity = world.at(named.account, named.region).get(kind, key_of(named.scope, named.name))
    if entity is not None and entity.entity_id == named.entity_id:
        return resource_of(entity)
    where = arn_of(kind, named.region, named.account, named.scope, named.name, named.entity_id)
    absent: AwsError = WAFNonexistentItemException()
    return Resource(where, kind.NOUN, named.account, absent=absent, cloudtrail_type=kind.CLOUDTRAIL_TYPE)


@dataclass(frozen=True)
class EntityResolver:
    """An entity of the caller's by its name, scope and id."""

    kind: type[Entity]
    members: tuple[str, ...] = ("Name", "Scope", "Id")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name, scope, entity_id = (call.params.get(member) for member in self.members[:3])
        if not (name and scope and entity_id):
            raise invalid("RESOURCE_ARN", "ARN", NOT_EXACTLY_ONE)
        named = Named(call.region, call.account, require_scope(call, scope), self.kind.NOUN, name, entity_id)
        return found(world, self.kind, named)


@dataclass(frozen=True)
class RetrievedResolver(EntityResolver):
    """An entity by name, scope and id, or by ARN alone."""

    members: tuple[str, ...] = ("Name", "Scope", "Id", "ARN")

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params.get("ARN")
        if text is None:
            return super().__call__(call, world)
        return found(world, self.kind, parse(call, text, self.kind.NOUN))


@dataclass(frozen=True)
class ArnResolver:
    """An entity of one of some kinds, by the ARN that a member has."""

    member: str
    kinds: tuple[type[Entity], ...]
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        named = parse(call, self.text(call), *(kind.NOUN for kind in self.kinds))
        return found(world, KINDS[named.noun], named)

    def text(self, call: Call) -> str:
        return call.params[self.member]


@dataclass(frozen=True)
class Draft:
    """What a Create asks for: the entity to be, and the one that has its name already."""

    named: Named
    existing: Entity | None

    def members(self, call: Call) -> dict[str, Any]:
        """What every new entity has."""
        named = self.named
        where = {"scope": named.scope, "account": named.account, "region": named.region, "lock_token": call.uuid()}
        return {"name": named.name, "entity_id": named.entity_id, **where}


@dataclass(frozen=True)
class DraftResolver:
    kind: type[Entity]
    members: tuple[str, ...] = ("Name", "Scope")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name, scope = call.params["Name"], require_scope(call, call.params["Scope"])
        named = Named(call.region, call.account, scope, self.kind.NOUN, name, call.once(self, call.uuid))
        existing = world.at(call.account, call.region).get(self.kind, key_of(scope, name))
        where = arn_of(self.kind, call.region, call.account, scope, name, named.entity_id)
        draft = Draft(named, existing)
        return Resource(where, self.kind.NOUN, call.account, draft, cloudtrail_type=self.kind.CLOUDTRAIL_TYPE)
