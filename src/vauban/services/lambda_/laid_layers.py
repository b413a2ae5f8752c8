"""The layers of a function: up to five, laid one on the other in ``/opt``."""

from vauban.kernel.calls import Call
from vauban.services.lambda_.archives import MOST_UNZIPPED, unzipped_size
from vauban.services.lambda_.errors import InvalidParameterValueException, ResourceNotFoundException
from vauban.services.lambda_.layers import forget_unused
from vauban.services.lambda_.resources import LayerArchive, Version

MOST = 5

Laid = tuple[tuple[str, int], ...]
"""ARNs of layers' versions and their sizes, as a ``Version`` has them."""


def laid(call: Call, arns: list[str]) -> Laid:
    """The layers by these ARNs, each of which the caller may get.

    Raises InvalidParameterValueException, or the denial.
    """
    if len(arns) > MOST:
        raise InvalidParameterValueException(f"You cannot reference more than {MOST} layers.")
    by_layer: dict[str, str] = {}
    for each in arns:
        before = by_layer.setdefault(each.rpartition(":")[0], each)
        if before is not each:
            raise InvalidParameterValueException(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{before} and {each} versions have conflict."
            )
    return tuple((each, _size(call, each)) for each in arns)


def require_room(call: Call, code: bytes, layers: Laid) -> None:
    """Raises InvalidParameterValueException where code and layers are too large together."""
    size = unzipped_size(code) + sum(unzipped_size(each) for each in archives_of(call, layers))
    if layers and size > MOST_UNZIPPED:
        raise InvalidParameterValueException(
            f"Function code combined with layers exceeds the maximum allowed size of {MOST_UNZIPPED} bytes. "
            f"The actual size is {size} bytes."
        )


def archives_of(call: Call, layers: Laid) -> tuple[bytes, ...]:
    return tuple(call.store.get(LayerArchive, each).archive for each, _ in layers)


def forget_layers(call: Call, *versions: Version) -> None:
    """What these versions of functions, which are gone or changed, do not need any more."""
    forget_unused(call, *{each for version in versions for each, _ in version.layers})


def _size(call: Call, layer: str) -> int:
    """The layer's archive is in this account from now on."""
    try:
        told = call.ask("lambda:GetLayerVersionByArn", Arn=layer)
    except ResourceNotFoundException as error:
        raise InvalidParameterValueException(f"Layer version {layer} does not exist.") from error
    if call.store.get(LayerArchive, layer) is None:
        theirs = call.world.at(layer.split(":")[4], call.region).get(LayerArchive, layer)
        call.store.put(LayerArchive(layer, call.account, call.region, theirs.archive))
    return told["Content"]["CodeSize"]
