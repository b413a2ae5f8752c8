"""GenerateRandom."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.outside import clusters
from vauban.outside.clusters import ClusterFailed
from vauban.services.kms.errors import CustomKeyStoreInvalidStateException, UnsupportedOperationException
from vauban.services.kms.key_stores import key_store, token_of
from vauban.services.kms.recipients import addressed, require_attested


@operation("GenerateRandom")
def generate_random(
    call: Call,
    number_of_bytes: int | None = None,
    custom_key_store_id: str | None = None,
    recipient: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    if number_of_bytes is None:
        raise ValidationException("NumberOfBytes is required.")
    attestation = require_attested(call, recipient)
    if custom_key_store_id is None:
        plaintext = call.random(number_of_bytes)
    else:
        plaintext = _of_token(call, custom_key_store_id, number_of_bytes)
    return addressed(attestation, {"Plaintext": plaintext}, "Plaintext")


def _of_token(call: Call, custom_key_store_id: str, size: int) -> bytes:
    store = key_store(call, custom_key_store_id)
    if store.external:
        raise UnsupportedOperationException(f"The custom key store {custom_key_store_id} is an external key store.")
    if not store.connected:
        raise CustomKeyStoreInvalidStateException(f"The custom key store {custom_key_store_id} is not connected.")
    try:
        return call.outside(clusters.random, *token_of(store), size)
    except ClusterFailed as failed:
        raise CustomKeyStoreInvalidStateException(
            f"The CloudHSM cluster of the custom key store {custom_key_store_id} failed: {failed.code}."
        ) from None
