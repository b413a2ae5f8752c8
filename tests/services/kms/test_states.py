from pathlib import Path
from types import SimpleNamespace

import pytest

from vauban.kernel.errors import AwsError
from vauban.services.kms.errors import DisabledException, KMSInvalidStateException, UnsupportedOperationException
from vauban.services.kms.states import TABLE, guard

DOCUMENTED = Path(__file__).parents[2] / "vectors" / "kms" / "key_states.txt"
STATES = ("Enabled", "Disabled", "PendingDeletion", "PendingImport", "Unavailable", "Creating", "Updating")
FOOTNOTES = {
    "1": (DisabledException, "is disabled."),
    "3": (KMSInvalidStateException, "is pending deletion."),
    "4": (KMSInvalidStateException, "is not pending deletion."),
    "5": (KMSInvalidStateException, "is pending import."),
    "6": (UnsupportedOperationException, "origin is EXTERNAL which is not valid for this operation."),
    "7": (UnsupportedOperationException, "which is not valid for this operation."),
    "8": (KMSInvalidStateException, "is pending deletion."),
    "9": (UnsupportedOperationException, "which is not valid for this operation."),
    "11": (KMSInvalidStateException, "is unavailable."),
    "14": (KMSInvalidStateException, "is creating."),
    "15": (KMSInvalidStateException, "is updating."),
}


def documented_cells() -> list[tuple[str, str, str]]:
    rows = [line.split(" | ") for line in DOCUMENTED.read_text().splitlines() if not line.startswith("#")]
    return [(operation, state, cell) for operation, *cells in rows for state, cell in zip(STATES, cells, strict=True)]


def origin_in(state: str, cell: str) -> str:
    """The origin a key must have for the documented cell to be about it."""
    if state == "Unavailable":
        return "AWS_CLOUDHSM"
    return "EXTERNAL" if state == "PendingImport" or cell in ("Y9", "?9", "X8,9") else "AWS_KMS"


def ask(operation: str, key: object) -> None:
    guard(SimpleNamespace(operation=SimpleNamespace(name=operation)), (SimpleNamespace(record=key),))


def test_the_documented_table_has_280_cells():
    assert len(documented_cells()) == 280


@pytest.mark.parametrize(("operation", "state", "cell"), documented_cells())
def test_a_state_allows_or_refuses_an_operation_as_documented(operation, state, cell, make_key):
    key = make_key(key_state=state, origin=origin_in(state, cell))
    if cell[0] in "Y?":
        ask(operation, key)
        return
    with pytest.raises(AwsError) as refusal:
        ask(operation, key)
    if cell == "N/A":
        return
    footnotes = cell[1:].split(",")
    error, words = FOOTNOTES["3" if footnotes[0] == "2" else footnotes[0]]
    assert type(refusal.value) is error
    assert refusal.value.message.startswith(key.arn)
    assert refusal.value.message.endswith(words)


@pytest.mark.parametrize("operation", ["EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus"])
def test_imported_material_is_never_rotated_automatically(operation, make_key):
    with pytest.raises(UnsupportedOperationException, match="origin is EXTERNAL"):
        ask(operation, make_key(origin="EXTERNAL"))


@pytest.mark.parametrize("operation", ["GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"])
def test_nothing_is_imported_into_a_key_that_kms_made(operation, make_key):
    with pytest.raises(UnsupportedOperationException, match="origin is AWS_KMS"):
        ask(operation, make_key())


def test_a_primary_key_waiting_for_its_replicas_is_refused_as_one_pending_deletion():
    for (operation, state), refusals in TABLE.items():
        if state == "PendingDeletion":
            assert TABLE[operation, "PendingReplicaDeletion"] == refusals


def test_what_is_not_a_key_is_let_through():
    ask("Encrypt", None)
    ask("Encrypt", SimpleNamespace(key_state="Disabled"))
