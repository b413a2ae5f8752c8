"""How a call names layers and their versions."""

import re
from dataclasses import dataclass, replace

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.lambda_.errors import InvalidParameterValueException, ResourceNotFoundException
from vauban.services.lambda_.resources import Layer, LayerVersion

LAYER_TYPE = "AWS::Lambda::LayerVersion"
_ARN = re.compile(r"arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9_-]{1,140})(?::(\d{1,10}))?")


def layer_of(call: Call, given: str) -> tuple[str, str]:
    """Account and name of a layer named by its name or its ARN. Raises InvalidParameterValueException."""
    if not given.startswith("arn:"):
        return call.account, given
    match = _ARN.fullmatch(given)
    if match is None or match[1] != call.region:
        raise InvalidParameterValueException(f"Layers are expected to be in region {call.region}.")
    return match[2], match[3]


def version_id(name: str, number: int) -> str:
    return f"{name}:{number:010}"


@dataclass(frozen=True)
class LayerResolver:
    """A layer of the caller's own, there or not."""

    members: tuple[str, ...] = ("LayerName",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        account, name = layer_of(call, call.params["LayerName"])
        own = arn("lambda", call.region, account, f"layer:{name}")
        if account != call.account:
            return Resource(own, "layer", account, absent=_not_there(), cloudtrail_type=LAYER_TYPE)
        layer = world.at(account, call.region).get(Layer, name)
        return Resource(own, "layer", account, layer, cloudtrail_type=LAYER_TYPE)


@dataclass(frozen=True)
class LayerVersionResolver:
    """A version of a layer, of whatever account; its policy speaks for it."""

    members: tuple[str, ...] = ("LayerName", "VersionNumber")
    action: str = ""
    expected: bool = True

    @property
    def where_it_may_be_gone(self) -> "LayerVersionResolver":
        return replace(self, expected=False)

    def __call__(self, call: Call, world: World) -> Resource:
        account, name = layer_of(call, call.params["LayerName"])
        return _version(call, world, account, name, call.params["VersionNumber"], expected=self.expected)


@dataclass(frozen=True)
class NamedLayerVersionResolver:
    """A version of a layer by its ARN."""

    members: tuple[str, ...] = ("Arn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        match = _ARN.fullmatch(call.params["Arn"])
        if match is None or match[4] is None:
            raise InvalidParameterValueException(f"Layer version ARN {call.params['Arn']} is invalid.")
        if match[1] != call.region:
            raise InvalidParameterValueException(
                f"Layers are not in the same region as the function. Layers are expected to be in region {call.region}."
            )
        return _version(call, world, match[2], match[3], int(match[4]))


def _version(call: Call, world: World, account: str, name: str, number: int, *, expected: bool = True) -> Resource:
    if number < 1:
        raise InvalidParameterValueException("Layer Version Cannot be less than 1.")
    version = world.at(account, call.region).get(LayerVersion, version_id(name, number))
    return Resource(
        arn("lambda", call.region, account, f"layer:{name}:{number}"),
        "layerVersion",
        account,
        version,
        version.compiled_policy if version else None,
        absent=_not_there() if expected and version is None else None,
        cloudtrail_type=LAYER_TYPE,
    )


def _not_there() -> ResourceNotFoundException:
    return ResourceNotFoundException("The resource you requested does not exist.")


a_layer = LayerResolver()
a_layer_version = LayerVersionResolver()
a_named_layer_version = NamedLayerVersionResolver()
