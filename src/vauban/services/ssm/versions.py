"""What a parameter was: its versions, a hundred of them."""

from functools import partial
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.ssm.encryption import decrypted
from vauban.services.ssm.pages import page
from vauban.services.ssm.resolvers import a_shared_parameter, revision_of
from vauban.services.ssm.resources import SECURE, Parameter, Revision

DEFAULT_SIZE = 50


@operation("GetParameterHistory", on=a_shared_parameter)
def get_parameter_history(
    call: Call,
    parameter: Parameter,
    with_decryption: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> dict[str, Any]:
    def versions(after: str, count: int) -> list[Revision]:
        first = max(parameter.oldest_version, int(after or 0) + 1)
        last = min(parameter.version, first + count - 1)
        return [revision_of(call.store, parameter, version) for version in range(first, last + 1)]

    return page(
        call,
        "Parameters",
        versions,
        partial(_entry, call, parameter, with_decryption),
        max_results or DEFAULT_SIZE,
        next_token,
        of=parameter.arn,
        id=lambda revision: str(revision.version),
    )


def _entry(call: Call, parameter: Parameter, with_decryption: bool, revision: Revision) -> dict[str, Any]:
    """The model's ``ParameterHistory``."""
    decrypts = with_decryption and revision.type == SECURE
    value = decrypted(call, revision) if decrypts else revision.result["Value"]
    return {**revision.metadata, "Value": value, "Labels": parameter.labels_of(revision.version)}
