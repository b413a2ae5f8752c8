"""Keys in custom key stores: made, described, used.

What is encrypted under a key in an external key store is encrypted twice: by KMS, and then by the external key. Under a
key in a CloudHSM key store it is encrypted once, on the token.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from vauban.crypto.stored_keys import StoredKeyCiphertext, authenticated
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.records import replace
from vauban.outside import clusters, xks
from vauban.outside.clusters import ClusterFailed, NotOfTheToken
from vauban.outside.xks import ProxyFailed, Sealed
from vauban.services.kms import xks_failures
from vauban.services.kms.errors import (
    CustomKeyStoreInvalidStateException,
    InvalidCiphertextException,
    KMSInvalidStateException,
    UnsupportedOperationException,
    XksKeyAlreadyInUseException,
    XksKeyInvalidConfigurationException,
)
from vauban.services.kms.key_stores import UNAVAILABLE, key_store, occasion_of, proxy_of, state_of, token_of
from vauban.services.kms.materials import current_material, new_material
from vauban.services.kms.resources import Claim, CustomKeyStore, Key

STORE_TYPES = {"AWS_CLOUDHSM": "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE": "EXTERNAL_KEY_STORE"}
"""Origin of a key -> the type of store that it may be in."""


def require_store(
    call: Call, origin: str, custom_key_store_id: str | None, xks_key_id: str | None, spec: str
) -> CustomKeyStore | None:
    """The store that a key is to be made in, if it is; in accord with all else that CreateKey was told."""
    if xks_key_id is not None and origin != "EXTERNAL_KEY_STORE":
        raise ValidationException("XksKeyId is valid only where Origin is EXTERNAL_KEY_STORE.")
    if custom_key_store_id is None:
        if origin in STORE_TYPES:
            raise ValidationException(f"CustomKeyStoreId is required where Origin is {origin}.")
        return None
    if origin not in STORE_TYPES:
        raise ValidationException(f"CustomKeyStoreId is not valid where Origin is {origin}.")
    if spec != "SYMMETRIC_DEFAULT":
        raise UnsupportedOperationException(f"Keys of {spec} cannot be created in a custom key store.")
    store = key_store(call, custom_key_store_id)
    if store.type != STORE_TYPES[origin]:
        raise ValidationException(f"The custom key store {custom_key_store_id} is not one of {origin}.")
    if origin == "EXTERNAL_KEY_STORE" and xks_key_id is None:
        raise ValidationException("XksKeyId is required where Origin is EXTERNAL_KEY_STORE.")
    if not store.connected:
        raise CustomKeyStoreInvalidStateException(f"The custom key store {custom_key_store_id} is not connected.")
    return store


def with_stored_material(call: Call, key: Key, store: CustomKeyStore, material: bytes) -> Key:
    """``key``, enabled, with its material in ``store``; ``material`` is what KMS has of its own."""
    made = new_material(call, key.key_id, material)
    if store.external:
        _claim_external_key(call, key, store)
    else:
        _on_token(call, store, clusters.make_key, key.key_id)
        made = replace(made, material=b"")
    call.store.put(made)
    return replace(key, key_state="Enabled", current_material_id=made.material_id)


def metadata_of(call: Call, key: Key) -> dict[str, Any]:
    """The model's ``KeyMetadata``, with what the key's store adds."""
    if not key.custom_key_store_id:
        return key.metadata
    metadata = dict(key.metadata)
    store = key_store(call, key.custom_key_store_id)
    if store.cloud_hsm_cluster_id:
        metadata["CloudHsmClusterId"] = store.cloud_hsm_cluster_id
    if state_of(call, key) == UNAVAILABLE:
        metadata |= {"KeyState": UNAVAILABLE, "Enabled": False}
    return metadata


def encrypt(call: Call, key: Key, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """The ciphertext blob. Raises KMSInvalidStateException where the store fails."""
    store = key_store(call, key.custom_key_store_id)
    bound = authenticated(key.current_material_id, context)
    if store.external:
        material = current_material(call, key).symmetric
        inner = call.once("inner ciphertext", lambda: material.encrypt(plaintext, context))
        sealed = _by_proxy(call, key, store, xks.encrypt, inner, bound)
    else:
        iv, ciphertext, tag = _on_token(call, store, clusters.encrypt, key.key_id, plaintext, bound)
        sealed = Sealed(ciphertext, iv, tag)
    blob = StoredKeyCiphertext(key.current_material_id, sealed.iv, sealed.tag, sealed.metadata, sealed.ciphertext)
    return blob.encode()


def decrypt(call: Call, key: Key, blob: bytes, context: Mapping[str, str]) -> bytes:
    """The plaintext. Raises InvalidCiphertext, or KMSInvalidStateException where the store fails."""
    store = key_store(call, key.custom_key_store_id)
    parts = StoredKeyCiphertext.decode(blob)
    bound = authenticated(parts.material_id, context)
    if not store.external:
        sealed = (parts.iv, parts.ciphertext, parts.tag)
        return _on_token(call, store, clusters.decrypt, key.key_id, sealed, bound)
    sealed = Sealed(parts.ciphertext, parts.iv, parts.tag, parts.metadata)
    inner = _by_proxy(call, key, store, xks.decrypt, sealed, bound)
    return current_material(call, key).symmetric.decrypt(inner, context)


def forget(call: Call, key: Key) -> None:
    """Give the key's external key free, or destroy what is on its token, as well as that can be done."""
    store = call.store.get(CustomKeyStore, key.custom_key_store_id)
    if store is None:
        return
    if store.external:
        call.store.delete(call.store.get(Claim, _external_key(store, key.xks_key_id)))
        return
    with suppress(ClusterFailed):
        call.outside(clusters.destroy_key, *token_of(store), key.key_id)


def _claim_external_key(call: Call, key: Key, store: CustomKeyStore) -> None:
    claim = Claim(_external_key(store, key.xks_key_id), call.account, call.region, store.custom_key_store_id)
    if call.store.get(Claim, claim.claimed) is not None:
        raise XksKeyAlreadyInUseException(
            f"The external key {key.xks_key_id} is already associated with another KMS key in this external key store."
        )
    try:
        found = call.outside(xks.external_key, proxy_of(store), key.xks_key_id, occasion_of(call))
    except ProxyFailed as failed:
        raise xks_failures.of_new_key(failed) from None
    if found.spec != "AES_256" or found.status != "ENABLED" or not {"ENCRYPT", "DECRYPT"} <= set(found.usage):
        raise XksKeyInvalidConfigurationException(
            "The external key must be an AES-256 symmetric key that is enabled and performs encryption and decryption."
        )
    call.store.put(claim)


def _external_key(store: CustomKeyStore, xks_key_id: str) -> str:
    return f"external key {store.custom_key_store_id} {xks_key_id}"


def _by_proxy(call: Call, key: Key, store: CustomKeyStore, function: Any, *arguments: Any) -> Any:
    occasion = occasion_of(call, key.arn)
    try:
        return call.outside(function, proxy_of(store), key.xks_key_id, occasion, *arguments)
    except ProxyFailed as failed:
        raise xks_failures.of_use(failed) from None


def _on_token(call: Call, store: CustomKeyStore, function: Any, *arguments: Any) -> Any:
    try:
        return call.outside(function, *token_of(store), *arguments)
    except NotOfTheToken:
        raise InvalidCiphertextException from None
    except ClusterFailed as failed:
        raise _token_failed(store, failed) from None


def _token_failed(store: CustomKeyStore, failed: ClusterFailed) -> AwsError:
    return KMSInvalidStateException(
        f"The CloudHSM cluster {store.cloud_hsm_cluster_id} of the custom key store failed: {failed.code}."
    )
