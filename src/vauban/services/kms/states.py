"""What a key's state allows: one table, one guard.

``key_states.txt`` has a line for each operation and a column for each state; a cell names what must hold, from
``REFUSALS``. Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from collections.abc import Callable
from importlib.resources import files

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource
from vauban.services.kms.errors import DisabledException, KMSInvalidStateException, UnsupportedOperationException
from vauban.services.kms.key_stores import state_of
from vauban.services.kms.resources import Key

Refusal = Callable[[Key], AwsError | None]


def _wrong_origin(key: Key, *wanted: str) -> AwsError | None:
    if key.origin in wanted:
        return None
    return UnsupportedOperationException(f"{key.arn} origin is {key.origin} which is not valid for this operation.")


REFUSALS: dict[str, Refusal] = {
    "disabled": lambda key: DisabledException(f"{key.arn} is disabled."),
    "deleting": lambda key: KMSInvalidStateException(f"{key.arn} is pending deletion."),
    "not-deleting": lambda key: KMSInvalidStateException(f"{key.arn} is not pending deletion."),
    "importing": lambda key: KMSInvalidStateException(f"{key.arn} is pending import."),
    "unavailable": lambda key: KMSInvalidStateException(f"{key.arn} is unavailable."),
    "creating": lambda key: KMSInvalidStateException(f"{key.arn} is creating."),
    "updating": lambda key: KMSInvalidStateException(f"{key.arn} is updating."),
    "kms-made": lambda key: _wrong_origin(key, "AWS_KMS"),
    "imported": lambda key: _wrong_origin(key, "EXTERNAL"),
}
"""A cell's words; what each refuses, if anything. ``ok`` stands for none."""


def _read() -> dict[tuple[str, str], tuple[Refusal, ...]]:
    table = {}
    lines = files(__package__).joinpath("key_states.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    states = rows[0][1:]
    for operation, *cells in rows[1:]:
        for state, cell in zip(states, cells, strict=True):
            if cell != "ok":
                table[operation, state] = tuple(REFUSALS[word] for word in cell.split("+"))
    for (operation, state), refusals in list(table.items()):
        if state == "PendingDeletion":
            table[operation, "PendingReplicaDeletion"] = refusals
    return table


TABLE = _read()
"""``(operation, state)`` -> what to ask, in order; absent where the state allows the operation."""


def guard(call: Call, resources: tuple[Resource, ...]) -> None:
    """Raises what the first key's state has against the operation. A ``Guard`` of the kernel."""
    for resource in resources:
        key = resource.record
        if type(key) is Key:
            state = state_of(call, key) if key.custom_key_store_id else key.key_state
            for refusal in TABLE.get((call.operation.name, state), ()):
                error = refusal(key)
                if error is not None:
                    raise error
