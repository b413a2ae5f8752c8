"""ConnectCustomKeyStore and DisconnectCustomKeyStore.

AWS answers before the connection is there. Here it is tried at once, and has succeeded or failed with the answer.
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.outside import clusters, xks
from vauban.outside.clusters import ClusterFailed
from vauban.outside.xks import ProxyFailed
from vauban.services.kms.errors import CustomKeyStoreInvalidStateException
from vauban.services.kms.key_stores import key_store, occasion_of, proxy_of, token_of
from vauban.services.kms.resources import CustomKeyStore
from vauban.services.kms.xks_failures import FAILURES


@operation("ConnectCustomKeyStore")
def connect_custom_key_store(call: Call, custom_key_store_id: str) -> dict[str, Any]:
    """How a connection failed is told by DescribeCustomKeyStores; it must be disconnected before the next try."""
    store = key_store(call, custom_key_store_id)
    if store.connection_state == "FAILED":
        raise CustomKeyStoreInvalidStateException(
            f"The connection of the custom key store {custom_key_store_id} failed. Disconnect it first."
        )
    code = _failure(call, store)
    state = "FAILED" if code else "CONNECTED"
    call.store.put(replace(store, connection_state=state, connection_error_code=code))
    return {}


@operation("DisconnectCustomKeyStore")
def disconnect_custom_key_store(call: Call, custom_key_store_id: str) -> dict[str, Any]:
    store = key_store(call, custom_key_store_id)
    if store.connection_state == "DISCONNECTED":
        raise CustomKeyStoreInvalidStateException(f"The custom key store {custom_key_store_id} is not connected.")
    if not store.external:
        call.outside(clusters.log_out, store.cloud_hsm_cluster_id)
    call.store.put(replace(store, connection_state="DISCONNECTED", connection_error_code=""))
    return {}


def _failure(call: Call, store: CustomKeyStore) -> str:
    """The ``ConnectionErrorCode``; "" where the store is there."""
    try:
        if store.external:
            call.outside(xks.health, proxy_of(store), occasion_of(call))
        else:
            call.outside(clusters.log_in, *token_of(store))
    except ProxyFailed as failed:
        return FAILURES[failed.reason].connection_error_code
    except ClusterFailed as failed:
        return failed.code
    return ""
