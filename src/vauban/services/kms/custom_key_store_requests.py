"""What CreateCustomKeyStore and UpdateCustomKeyStore ask for, and whether it can be had."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.records import replace
from vauban.outside import xks
from vauban.outside.xks import ProxyFailed
from vauban.services.kms import errors, xks_failures
from vauban.services.kms.key_stores import occasion_of, proxy_of
from vauban.services.kms.resources import Claim, ClusterUse, CustomKeyStore

FIELDS = {
    "CloudHsmClusterId": "cloud_hsm_cluster_id",
    "TrustAnchorCertificate": "trust_anchor_certificate",
    "KeyStorePassword": "key_store_password",
    "XksProxyUriEndpoint": "xks_uri_endpoint",
    "XksProxyUriPath": "xks_uri_path",
    "XksProxyConnectivity": "xks_connectivity",
    "XksProxyVpcEndpointServiceName": "xks_vpc_endpoint_service_name",
    "XksProxyVpcEndpointServiceOwner": "xks_vpc_endpoint_service_owner",
    "XksProxyAuthenticationCredential": "xks_access_key_id",
}
"""Member of a request -> the record's field that says whether it was given."""
OF_CLOUDHSM = ("CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword")
OF_XKS = tuple(member for member in FIELDS if member.startswith("Xks"))
REQUIRED = {
    "AWS_CLOUDHSM": OF_CLOUDHSM,
    "EXTERNAL_KEY_STORE": (
        "XksProxyConnectivity",
        "XksProxyAuthenticationCredential",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
    ),
}
FOREIGN = {"AWS_CLOUDHSM": OF_XKS, "EXTERNAL_KEY_STORE": OF_CLOUDHSM}
"""Type of a store -> members that speak of the other type."""
WHILE_CONNECTED = frozenset({"XksProxyAuthenticationCredential", "XksProxyUriPath"})
"""What can be updated without disconnecting, besides the name."""
VPC = "VPC_ENDPOINT_SERVICE"


def created_store(call: Call, name: str, kind: str) -> CustomKeyStore:
    """The store that CreateCustomKeyStore describes. Raises ValidationException."""
    given = call.params
    _refuse_foreign(given, kind)
    for member in REQUIRED[kind]:
        if member not in given:
            raise ValidationException(f"{member} is required where CustomKeyStoreType is {kind}.")
    identifier = call.once("key store id", lambda: f"cks-{call.random(9).hex()[:17]}")
    store = CustomKeyStore(identifier, call.account, call.region, call.now, name, kind)
    store = _with_members(call, store, given)
    if kind == "AWS_CLOUDHSM":
        _require_trust_anchor(store.trust_anchor_certificate)
    return store


def updated_store(call: Call, store: CustomKeyStore) -> CustomKeyStore:
    """``store`` as UpdateCustomKeyStore wants it. Raises CustomKeyStoreInvalidStateException, ValidationException."""
    given = call.params
    _refuse_foreign(given, store.type)
    changed = {member for member in FIELDS if member in given}
    if store.connection_state != "DISCONNECTED" and not (store.connected and changed <= WHILE_CONNECTED):
        raise errors.CustomKeyStoreInvalidStateException(
            f"The custom key store {store.custom_key_store_id} must be disconnected before it is updated."
        )
    cluster = given.get("CloudHsmClusterId", store.cloud_hsm_cluster_id)
    if cluster != store.cloud_hsm_cluster_id and not call.outside(_related, store.cloud_hsm_cluster_id, cluster):
        raise errors.CloudHsmClusterNotRelatedException(
            f"The CloudHSM cluster {cluster} does not have the certificate of {store.cloud_hsm_cluster_id}."
        )
    return _with_members(call, replace(store, name=given.get("NewCustomKeyStoreName", store.name)), given)


def claims_of(store: CustomKeyStore) -> list[str]:
    """What the store has, and no other of its account and Region may have."""
    claims = [f"name {store.name}"]
    if store.external:
        claims.append(f"uri {store.xks_uri_endpoint}{store.xks_uri_path}")
    if store.xks_connectivity == VPC:
        claims.append(f"endpoint service {store.xks_vpc_endpoint_service_name}")
    return claims


TAKEN: dict[str, tuple[type[AwsError], str]] = {
    "name": (
        errors.CustomKeyStoreNameInUseException,
        "The custom key store name is already assigned to another custom key store.",
    ),
    "uri": (
        errors.XksProxyUriInUseException,
        "The external key store proxy URI is already associated with another external key store.",
    ),
    "endpoint": (
        errors.XksProxyVpcEndpointServiceInUseException,
        "The VPC endpoint service is already associated with another external key store.",
    ),
}
"""First word of a claim -> how it is told that another store has it."""


def require_free(call: Call, store: CustomKeyStore) -> None:
    """Raises the error for whatever of the store another store has."""
    own = store.custom_key_store_id
    for claimed in claims_of(store):
        found = call.store.get(Claim, claimed)
        if found is not None and found.custom_key_store_id != own:
            kind, message = TAKEN[claimed.split()[0]]
            raise kind(message)
    if store.external:
        _require_one_connectivity(call, store)
    cluster = store.cloud_hsm_cluster_id and call.store.get(ClusterUse, store.cloud_hsm_cluster_id)
    if cluster and cluster.custom_key_store_id != own:
        raise errors.CloudHsmClusterInUseException(
            f"The CloudHSM cluster {store.cloud_hsm_cluster_id} is already associated with a custom key store."
        )


def require_reachable(call: Call, store: CustomKeyStore) -> None:
    """Raises an error where the store is not there; behind a private endpoint that shows when it is connected."""
    if not store.external:
        if not call.outside(_has_cluster, store.cloud_hsm_cluster_id, store.account):
            raise errors.CloudHsmClusterNotFoundException(f"There is no CloudHSM cluster {store.cloud_hsm_cluster_id}.")
        return
    if store.xks_connectivity == VPC:
        _require_endpoint_service(call, store)
    if store.xks_connectivity != VPC or store.connected:
        try:
            call.outside(xks.health, proxy_of(store), occasion_of(call))
        except ProxyFailed as failed:
            raise xks_failures.of_store(failed) from None


def _with_members(call: Call, store: CustomKeyStore, given: Mapping[str, Any]) -> CustomKeyStore:
    changes: dict[str, Any] = {
        field: given[member] for member, field in FIELDS.items() if member in given and field in _PLAIN
    }
    if "KeyStorePassword" in given:
        changes["key_store_password"] = given["KeyStorePassword"].encode()
    credential = given.get("XksProxyAuthenticationCredential")
    if credential is not None:
        changes["xks_access_key_id"] = credential["AccessKeyId"]
        changes["xks_secret_access_key"] = credential["RawSecretAccessKey"].encode()
    changed = replace(store, **changes)
    return _with_connectivity(call, changed, given) if store.external else changed


_PLAIN = frozenset(FIELDS.values()) - {"key_store_password", "xks_access_key_id"}


def _with_connectivity(call: Call, store: CustomKeyStore, given: Mapping[str, Any]) -> CustomKeyStore:
    if store.xks_connectivity == VPC:
        if not store.xks_vpc_endpoint_service_name:
            raise ValidationException(
                f"XksProxyVpcEndpointServiceName is required where XksProxyConnectivity is {VPC}."
            )
        return replace(store, xks_vpc_endpoint_service_owner=store.xks_vpc_endpoint_service_owner or call.account)
    for member in ("XksProxyVpcEndpointServiceName", "XksProxyVpcEndpointServiceOwner"):
        if given.get(member):
            raise ValidationException(f"{member} is valid only where XksProxyConnectivity is {VPC}.")
    return replace(store, xks_vpc_endpoint_service_name="", xks_vpc_endpoint_service_owner="")


def _require_one_connectivity(call: Call, store: CustomKeyStore) -> None:
    """An endpoint is public or private, and a private one is one store's."""
    for other in call.store.list(CustomKeyStore):
        if (
            other.custom_key_store_id != store.custom_key_store_id
            and other.xks_uri_endpoint == store.xks_uri_endpoint
            and VPC in (other.xks_connectivity, store.xks_connectivity)
        ):
            raise errors.XksProxyUriEndpointInUseException(
                "The external key store proxy URI endpoint is already associated with another external key store."
            )


def _require_endpoint_service(call: Call, store: CustomKeyStore) -> None:
    """What AWS leads to through a VPC, the operator leads to by a setting."""
    if not call.outside(_knows, store.xks_uri_endpoint.removeprefix("https://")):
        raise errors.XksProxyVpcEndpointServiceNotFoundException(
            f"The VPC endpoint service {store.xks_vpc_endpoint_service_name} does not lead to "
            f"{store.xks_uri_endpoint}: the server's operator has not said where that is (--xks-address)."
        )


def _require_trust_anchor(certificate: str) -> None:
    from vauban.crypto.certificates import is_authority

    if not is_authority(certificate.encode()):
        raise errors.IncorrectTrustAnchorException("The trust anchor certificate is no certificate that signs itself.")


def _refuse_foreign(given: Mapping[str, Any], kind: str) -> None:
    for member in FOREIGN[kind]:
        if member in given:
            raise ValidationException(f"{member} is not valid where CustomKeyStoreType is {kind}.")


def _has_cluster(outside: Any, cluster_id: str, account: str) -> bool:
    return outside.clusters.has(cluster_id, account)


def _related(outside: Any, one: str, other: str) -> bool:
    return outside.clusters.related(one, other)


def _knows(outside: Any, host: str) -> bool:
    return host in outside.https.addresses
