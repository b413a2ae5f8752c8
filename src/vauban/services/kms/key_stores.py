"""A custom key store as others need it: found, spoken to, and what it makes of its keys' states."""

from vauban.kernel.calls import Call
from vauban.outside.xks import Occasion, Proxy
from vauban.services.kms.errors import CustomKeyStoreNotFoundException
from vauban.services.kms.resources import CustomKeyStore, Key

UNAVAILABLE = "Unavailable"


def key_store(call: Call, custom_key_store_id: str) -> CustomKeyStore:
    """Raises CustomKeyStoreNotFoundException."""
    found = call.store.get(CustomKeyStore, custom_key_store_id)
    if found is None:
        raise CustomKeyStoreNotFoundException(f"There is no custom key store {custom_key_store_id}.")
    return found


def state_of(call: Call, key: Key) -> str:
    """The key's state: while its store is not connected, none of its keys can be used."""
    if not key.custom_key_store_id or key.key_state not in ("Enabled", "Disabled"):
        return key.key_state
    return key.key_state if key_store(call, key.custom_key_store_id).connected else UNAVAILABLE


def proxy_of(store: CustomKeyStore) -> Proxy:
    """How the proxy of an external key store is spoken to."""
    return Proxy(
        store.xks_uri_endpoint,
        store.xks_uri_path,
        store.xks_access_key_id,
        store.region,
        store.xks_secret_access_key,
    )


def occasion_of(call: Call, key_arn: str = "") -> Occasion:
    """On whose behalf a proxy is asked, as it is told."""
    principal = call.principal
    via = f"{call.via[-1].removesuffix('.amazonaws.com')}.{call.region}.amazonaws.com" if call.via else ""
    return Occasion(call.operation.name, call.request_id, principal.issuer_arn or principal.arn, key_arn, via)


def token_of(store: CustomKeyStore) -> tuple[str, str, str]:
    """How the token of a CloudHSM key store is spoken to: cluster, PIN, account."""
    return store.cloud_hsm_cluster_id, store.key_store_password.decode(), store.account
