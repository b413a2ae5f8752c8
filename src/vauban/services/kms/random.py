"""GenerateRandom."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation


@operation("GenerateRandom", unsupported=("CustomKeyStoreId", "Recipient"))
def generate_random(call: Call, number_of_bytes: int | None = None) -> dict[str, Any]:
    if number_of_bytes is None:
        raise ValidationException("NumberOfBytes is required.")
    return {"Plaintext": call.random(number_of_bytes)}
