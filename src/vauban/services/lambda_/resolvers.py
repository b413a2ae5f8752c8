"""How a call names what Lambda keeps."""

import re
from dataclasses import dataclass, replace

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.lambda_.errors import ResourceNotFoundException, function_not_found
from vauban.services.lambda_.identifiers import Named, parse
from vauban.services.lambda_.resources import CLOUDTRAIL_TYPE, LATEST, Alias, EventSourceMapping, Function, Version

RESOURCE_TYPE = "function"
MAPPING_TYPE = "eventSourceMapping"
_MAPPING = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:event-source-mapping:([0-9a-fA-F-]{36})")


@dataclass(frozen=True)
class Target:
    """A function as it was named: with the version that this comes to, and the alias where it was one."""

    function: Function
    version: Version
    qualifier: str
    alias: Alias | None = None

    @property
    def arn(self) -> str:
        return self.function.arn_of(self.qualifier)


def _place(call: Call, named: Named) -> tuple[str, str]:
    return named.account or call.account, arn(
        "lambda", call.region, named.account or call.account, f"function:{named.name}"
    )


@dataclass(frozen=True)
class FunctionResolver:
    """A function, whatever qualifier stands with its name; its own policy speaks for it."""

    foreign: bool = False
    """Whether it may be another account's."""
    members: tuple[str, ...] = ("FunctionName",)
    action: str = ""
    expected: bool = True

    def __call__(self, call: Call, world: World) -> Resource:
        named = parse(call.params["FunctionName"])
        account, own = _place(call, named)
        function = world.at(account, call.region).get(Function, named.name) if self._reaches(call, named) else None
        absent = function_not_found(own) if function is None and self.expected else None
        return Resource(
            own,
            RESOURCE_TYPE,
            account,
            function,
            function.compiled_policy("") if function else None,
            tags=function.tags if function else {},
            absent=absent,
            cloudtrail_type=CLOUDTRAIL_TYPE,
        )

    def _reaches(self, call: Call, named: Named) -> bool:
        return (not named.region or named.region == call.region) and (
            self.foreign or named.account in ("", call.account)
        )


@dataclass(frozen=True)
class TargetResolver:
    """A function with a qualifier, or ``$LATEST`` of it; the policy on the qualifier speaks for it."""

    members: tuple[str, ...] = ("FunctionName", "Qualifier")
    action: str = ""

    @property
    def of_the_function(self) -> "TargetResolver":
        """For operations that know no ``Qualifier`` but what stands with the name."""
        return replace(self, members=("FunctionName",))

    def __call__(self, call: Call, world: World) -> Resource:
        named = parse(call.params["FunctionName"], call.params.get("Qualifier", ""))
        account, own = _place(call, named)
        told = f"{own}:{named.qualifier}" if named.qualifier else own
        records = world.at(account, call.region)
        function = records.get(Function, named.name) if named.region in ("", call.region) else None
        target = target_of(records, function, named.qualifier) if function else None
        return Resource(
            told,
            RESOURCE_TYPE,
            account,
            target,
            function.compiled_policy("" if named.qualifier == LATEST else named.qualifier) if function else None,
            tags=function.tags if function else {},
            absent=function_not_found(told) if target is None else None,
            cloudtrail_type=CLOUDTRAIL_TYPE,
        )


def target_of(records: Records, function: Function, qualifier: str) -> Target | None:
    """What a qualifier of a function comes to; None where it has none of that name."""
    alias = records.get(Alias, f"{function.name}:{qualifier}") if qualifier else None
    number = alias.version if alias else qualifier or LATEST
    version = records.get(Version, f"{function.name}:{number}")
    return None if version is None else Target(function, version, qualifier, alias)


@dataclass(frozen=True)
class MappingResolver:
    """An event source mapping by its id."""

    members: tuple[str, ...] = ("UUID",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return _mapping(call, world, call.params["UUID"])


@dataclass(frozen=True)
class TaggedResolver(FunctionResolver):
    """A function or an event source mapping that ``Resource`` names, by its ARN."""

    members: tuple[str, ...] = ("Resource",)

    def __call__(self, call: Call, world: World) -> Resource:
        mapping = _MAPPING.fullmatch(call.params["Resource"])
        if mapping is not None:
            return _mapping(call, world, mapping[1])
        named = parse(call.params["Resource"])
        account, own = _place(call, named)
        function = world.at(account, call.region).get(Function, named.name) if self._reaches(call, named) else None
        tags = function.tags if function else {}
        absent = None if function else function_not_found(own)
        return Resource(
            own, RESOURCE_TYPE, account, function, tags=tags, absent=absent, cloudtrail_type=CLOUDTRAIL_TYPE
        )


def _mapping(call: Call, world: World, uuid: str) -> Resource:
    mapping = world.at(call.account, call.region).get(EventSourceMapping, uuid)
    absent = ResourceNotFoundException("The resource you requested does not exist.") if mapping is None else None
    return Resource(
        arn("lambda", call.region, call.account, f"event-source-mapping:{uuid}"),
        MAPPING_TYPE,
        call.account,
        mapping,
        tags=mapping.tags if mapping else {},
        absent=absent,
        cloudtrail_type="AWS::Lambda::EventSourceMapping",
    )


a_function = FunctionResolver()
a_new_function = FunctionResolver(expected=False)
a_target = TargetResolver()
a_tagged_function = TaggedResolver()
a_mapping = MappingResolver()
