"""Versions: what a function was when it was published, for good."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.configurations import configuration
from vauban.services.lambda_.errors import InvalidParameterValueException, PreconditionFailedException
from vauban.services.lambda_.lists import page
from vauban.services.lambda_.resolvers import a_function
from vauban.services.lambda_.resources import LATEST, Function, Version

_OF_ITS_OWN = ("version_id", "version", "revision_id", "last_modified")


@operation("PublishVersion", on=a_function, unsupported=("PublishTo",))
def publish_version(
    call: Call,
    function: Function,
    code_sha256: str | None = None,
    description: str | None = None,
    revision_id: str | None = None,
) -> dict[str, Any]:
    latest = call.store.get(Version, f"{function.name}:{LATEST}")
    if revision_id is not None and revision_id != latest.revision_id:
        raise PreconditionFailedException
    if code_sha256 is not None and code_sha256 != latest.code_sha256:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST ({latest.code_sha256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    return configuration(call, published(call, function, latest, description))


@operation("ListVersionsByFunction", on=a_function)
def list_versions_by_function(
    call: Call, function: Function, marker: str | None = None, max_items: int = 50
) -> dict[str, Any]:
    versions = sorted(call.store.list(Version, prefix=f"{function.name}:"), key=_order)

    def entries(after: str, count: int) -> list[Version]:
        return [each for each in versions if _order(each) > int(after or -1)][:count]

    def told(version: Version) -> dict[str, Any]:
        return configuration(call, version, version.version)

    return page(call, "Versions", entries, told, lambda each: str(_order(each)), max_items, marker, function.name)


def published(call: Call, function: Function, latest: Version, description: str | None = None) -> Version:
    """``$LATEST`` as a version of its own; the last one published where nothing has changed since."""
    last = call.store.get(Version, f"{function.name}:{function.published}") if function.published else None
    if last is not None and _same(last, latest, description):
        call.store.put(function)
        return last
    number = function.published + 1
    version = replace(
        latest,
        version_id=f"{function.name}:{number}",
        version=str(number),
        revision_id=call.uuid(),
        description=latest.description if description is None else description,
    )
    call.store.put(replace(function, published=number))
    call.store.put(version)
    return version


def _same(last: Version, latest: Version, description: str | None) -> bool:
    told = replace(latest, description=latest.description if description is None else description)
    return replace(last, **dict.fromkeys(_OF_ITS_OWN, "")) == replace(told, **dict.fromkeys(_OF_ITS_OWN, ""))


def _order(version: Version) -> int:
    return 0 if version.version == LATEST else int(version.version)
