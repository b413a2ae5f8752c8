"""Custom key stores: created, described, updated, deleted. How they are connected is in ``connections``.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.kms.custom_key_store_requests import (
    claims_of,
    created_store,
    require_free,
    require_reachable,
    updated_store,
)
from vauban.services.kms.errors import (
    CustomKeyStoreHasCMKsException,
    CustomKeyStoreInvalidStateException,
    CustomKeyStoreNotFoundException,
    LimitExceededException,
)
from vauban.services.kms.key_stores import key_store
from vauban.services.kms.lists import in_order, page
from vauban.services.kms.resources import Claim, ClusterUse, CustomKeyStore, Key

MOST = 10
"""Key stores of an account in a Region."""


@operation("CreateCustomKeyStore")
def create_custom_key_store(
    call: Call,
    custom_key_store_name: str,
    cloud_hsm_cluster_id: str | None = None,
    trust_anchor_certificate: str | None = None,
    key_store_password: str | None = None,
    custom_key_store_type: str = "AWS_CLOUDHSM",
    xks_proxy_uri_endpoint: str | None = None,
    xks_proxy_uri_path: str | None = None,
    xks_proxy_vpc_endpoint_service_name: str | None = None,
    xks_proxy_vpc_endpoint_service_owner: str | None = None,
    xks_proxy_authentication_credential: dict[str, str] | None = None,
    xks_proxy_connectivity: str | None = None,
) -> dict[str, Any]:
    store = created_store(call, custom_key_store_name, custom_key_store_type)
    if call.store.count(CustomKeyStore) >= MOST:
        raise LimitExceededException(f"You can have at most {MOST} custom key stores in an account and Region.")
    require_free(call, store)
    require_reachable(call, store)
    _put(call, store)
    return {"CustomKeyStoreId": store.custom_key_store_id}


@operation("DescribeCustomKeyStores")
def describe_custom_key_stores(
    call: Call,
    custom_key_store_id: str | None = None,
    custom_key_store_name: str | None = None,
    limit: int | None = None,
    marker: str | None = None,
) -> dict[str, Any]:
    if custom_key_store_id is not None and custom_key_store_name is not None:
        raise ValidationException("Specify either CustomKeyStoreId or CustomKeyStoreName, but not both.")
    stores = call.store.list(CustomKeyStore)
    if custom_key_store_id is not None:
        stores = [key_store(call, custom_key_store_id)]
    if custom_key_store_name is not None:
        stores = [each for each in stores if each.name == custom_key_store_name]
        if not stores:
            raise CustomKeyStoreNotFoundException(f"There is no custom key store named {custom_key_store_name}.")
    entries = in_order((each.custom_key_store_id, each.entry) for each in stores)
    of = f"{custom_key_store_id} {custom_key_store_name}"
    return page(call, "CustomKeyStores", entries, limit, marker, of=of)


@operation("UpdateCustomKeyStore")
def update_custom_key_store(
    call: Call,
    custom_key_store_id: str,
    new_custom_key_store_name: str | None = None,
    key_store_password: str | None = None,
    cloud_hsm_cluster_id: str | None = None,
    xks_proxy_uri_endpoint: str | None = None,
    xks_proxy_uri_path: str | None = None,
    xks_proxy_vpc_endpoint_service_name: str | None = None,
    xks_proxy_vpc_endpoint_service_owner: str | None = None,
    xks_proxy_authentication_credential: dict[str, str] | None = None,
    xks_proxy_connectivity: str | None = None,
) -> dict[str, Any]:
    store = key_store(call, custom_key_store_id)
    updated = updated_store(call, store)
    require_free(call, updated)
    if replace(updated, name=store.name) != store:
        require_reachable(call, updated)
    _forget_claims(call, store)
    _put(call, updated)
    return {}


@operation("DeleteCustomKeyStore")
def delete_custom_key_store(call: Call, custom_key_store_id: str) -> dict[str, Any]:
    store = key_store(call, custom_key_store_id)
    if store.connection_state != "DISCONNECTED":
        raise CustomKeyStoreInvalidStateException(
            f"The custom key store {custom_key_store_id} must be disconnected before it is deleted."
        )
    if call.store.count(Key, index="store", value=custom_key_store_id):
        raise CustomKeyStoreHasCMKsException(f"The custom key store {custom_key_store_id} contains KMS keys.")
    _forget_claims(call, store)
    call.store.delete(store)
    return {}


def _put(call: Call, store: CustomKeyStore) -> None:
    place = (store.account, store.region, store.custom_key_store_id)
    call.store.put(store)
    for claimed in claims_of(store):
        call.store.put(Claim(claimed, *place))
    if store.cloud_hsm_cluster_id:
        call.store.put(ClusterUse(store.cloud_hsm_cluster_id, *place))


def _forget_claims(call: Call, store: CustomKeyStore) -> None:
    for claimed in claims_of(store):
        call.store.delete(call.store.get(Claim, claimed))
    if store.cloud_hsm_cluster_id:
        call.store.delete(call.store.get(ClusterUse, store.cloud_hsm_cluster_id))
