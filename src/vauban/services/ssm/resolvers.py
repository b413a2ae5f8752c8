"""How a call names what Parameter Store keeps.

Reading takes a name or ARN, with a selector, also of another account where a resource policy lets it; everything else
takes a name of the caller's own account.
"""

from dataclasses import dataclass
from typing import NamedTuple

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import Evaluate
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.ssm import public_parameters, references
from vauban.services.ssm.errors import parameter_not_found, version_not_found
from vauban.services.ssm.names import Named, arn_of, parse, plain, require_new, require_path
from vauban.services.ssm.references import Reference
from vauban.services.ssm.resources import CLOUDTRAIL_TYPE, Parameter, ParameterVersion, Revision, version_id


class Selected(NamedTuple):
    """The version that a request names."""

    revision: Revision
    selector: str
    """As answers repeat it, with its colon; empty where there was none."""


def resource_of(parameter: Parameter, record: object = None) -> Resource:
    """``parameter`` as the policies see it; the handler is given it, or ``record``."""
    return Resource(
        parameter.arn,
        "parameter",
        parameter.account,
        record or parameter,
        parameter.compiled_policy,
        tags=parameter.tags,
        cloudtrail_type=CLOUDTRAIL_TYPE,
    )


def absent_parameter(arn: str, account: str, error: AwsError) -> Resource:
    return Resource(arn, "parameter", account, absent=error)


def find(records: Records, named: Named) -> Parameter | None:
    """By name; an ARN does not tell whether the name of a parameter outside of hierarchies starts with a slash."""
    found = records.get(Parameter, named.name)
    if found is None and named.account and named.name.count("/") == 1:
        return records.get(Parameter, named.name.removeprefix("/"))
    return found


def select(records: Records, parameter: Parameter, selector: str) -> Selected | None:
    """The newest version, or the one that the selector says; None where there is no such version or label."""
    if not selector:
        return Selected(parameter, "")
    version = int(selector) if selector.isdecimal() else parameter.labels.get(selector)
    if version is None:
        return None
    revision = revision_of(records, parameter, version)
    return Selected(revision, f":{selector}") if revision is not None else None


def revision_of(records: Records, parameter: Parameter, version: int) -> Revision | None:
    if version == parameter.version:
        return parameter
    return records.get(ParameterVersion, version_id(parameter.name, version))


@dataclass(frozen=True)
class SelectedResolver:
    """A version to read: the handler is given what was ``Selected``, or a ``Reference`` to a secret."""

    member: str = "Name"
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        return self.named(call, world, call.params[self.member])

    def named(self, call: Call, world: World, text: str) -> Resource:
        """Raises ValidationException for what can name no parameter."""
        if references.is_reference(text):
            return self._reference(call, text)
        named = parse(text)
        if public_parameters.is_public(named.name):
            return self._public(call, named, text)
        account = named.account or call.account
        records = world.at(account, call.region)
        parameter = find(records, named) if named.region in ("", call.region) else None
        if parameter is None:
            arn = arn_of(named.name, account, named.region or call.region)
            return absent_parameter(arn, account, parameter_not_found(text))
        selected = select(records, parameter, named.selector)
        if selected is None:
            return absent_parameter(parameter.arn, account, version_not_found(named.selector, parameter.name))
        return resource_of(parameter, selected)

    @staticmethod
    def _reference(call: Call, text: str) -> Resource:
        reference = Reference(text)
        return Resource(arn_of(reference.name, call.account, call.region), "parameter", call.account, reference)

    @staticmethod
    def _public(call: Call, named: Named, text: str) -> Resource:
        arn = arn_of(named.name, "", call.region)
        revision = public_parameters.find(named.name, call.region)
        if revision is None:
            return absent_parameter(arn, "", parameter_not_found(text))
        if named.selector not in ("", str(revision.version)):
            return absent_parameter(arn, "", version_not_found(named.selector, named.name))
        return Resource(arn, "parameter", record=Selected(revision, f":{named.selector}" if named.selector else ""))


@dataclass(frozen=True)
class ParameterResolver:
    """A parameter of the caller's account, by its name alone."""

    member: str = "Name"
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        return self.named(call, world, call.params[self.member])

    def named(self, call: Call, world: World, text: str) -> Resource:
        name = plain(text)
        parameter = world.at(call.account, call.region).get(Parameter, name)
        if parameter is None:
            return absent_parameter(arn_of(name, call.account, call.region), call.account, parameter_not_found(name))
        return resource_of(parameter)


@dataclass(frozen=True)
class SharedParameterResolver:
    """A parameter to look at, by name or ARN, also of another account; without a selector."""

    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["Name"]
        named = parse(text)
        account = named.account or call.account
        parameter = None
        if named.region in ("", call.region) and not named.selector:
            parameter = find(world.at(account, call.region), named)
        if parameter is None:
            arn = arn_of(named.name, account, named.region or call.region)
            return absent_parameter(arn, account, parameter_not_found(text))
        return resource_of(parameter)


@dataclass(frozen=True)
class NewParameterResolver:
    """A parameter to put: the handler is given what is there under the name, or None."""

    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["Name"].strip()
        require_new(name, call.account, call.region)
        parameter = world.at(call.account, call.region).get(Parameter, name)
        if parameter is not None:
            return resource_of(parameter)
        arn = arn_of(name, call.account, call.region)
        return Resource(arn, "parameter", call.account, cloudtrail_type=CLOUDTRAIL_TYPE)


@dataclass(frozen=True)
class ListResolver:
    """Several parameters: the handler is given the text and the resource of each, present or absent, each once.

    What can name no parameter is absent too; nothing is decided on it.
    """

    resolver: SelectedResolver | ParameterResolver
    members: tuple[str, ...] = ("Names",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        found = [(text, self._named(call, world, text)) for text in dict.fromkeys(call.params["Names"])]
        return Resource("*", record=found)

    def _named(self, call: Call, world: World, text: str) -> Resource:
        try:
            return self.resolver.named(call, world, text)
        except ValidationException as error:
            return Resource("", absent=error)


def decide_each(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """All of a ``ListResolver``'s parameters must be allowed; the first that is not, decides."""
    action = f"ssm:{call.operation.name}"
    decisions = (evaluate(action, each) for _, each in resources[0].record if each.arn)
    decision = None
    for decision in decisions:
        if not decision.allowed:
            return decision
    return decision or evaluate(action, Resource("*"))


@dataclass(frozen=True)
class PathResolver:
    """A path to read by: what lies under it is not asked about. The ARN has the path as it was written."""

    members: tuple[str, ...] = ("Path",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        path = call.params["Path"].strip()
        require_path(path)
        account = "" if public_parameters.is_public(f"{path}/") else call.account
        return Resource(arn_of(path, account, call.region), "parameter", account, path.rstrip("/") or "/")


a_parameter = ParameterResolver()
a_new_parameter = NewParameterResolver()
a_selected_parameter = SelectedResolver()
a_shared_parameter = SharedParameterResolver()
selected_parameters = ListResolver(a_selected_parameter)
parameters = ListResolver(a_parameter)
a_path = PathResolver()
