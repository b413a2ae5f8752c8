"""What KMS keeps. Read this first; ``resolvers`` says how a call names it.

A key is its metadata, policy and tags. Its material is kept beside it, one record a generation: what was encrypted
under an old generation decrypts for ever. An alias points at a key; a grant lets one principal use it.
"""

from dataclasses import field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from vauban.crypto.ciphertexts import SymmetricMaterial
from vauban.crypto.specs import SPECS, KeySpec
from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import PARTITION, arn
from vauban.kernel.records import Scope, record, secret
from vauban.policy import Policy

CLOUDTRAIL_TYPE = "AWS::KMS::Key"


NO_ACCOUNT = f"arn:{PARTITION}:iam:::root"
"""Written by Terraform into the default policy that it leaves behind, where it was told not to ask for its account."""


@lru_cache(maxsize=4096)
def compiled(policy: str, account: str, principal_ids: tuple[tuple[str, str], ...] = ()) -> Policy:
    """A key policy, compiled once for all keys of the account with the same text. Raises MalformedPolicy.

    ``principal_ids`` are the unique ids of those whom it names, by ARN. An account's root without an account is the
    key's own account: AWS refuses it, and Terraform's destroy needs it.
    """
    own = policy.replace(NO_ACCOUNT, f"arn:{PARTITION}:iam::{account}:root")
    return compile_bound(own, dict(principal_ids), name="key policy", kind="key")


@record("kms:Key", id="key_id", due="due_at", indexes={"store": "store"})
class Key:
    key_id: str
    account: str
    region: str
    created: datetime
    policy: str
    """The ``default`` key policy, as it was put."""
    current_material_id: str
    """Empty until material is first imported."""
    key_spec: str = "SYMMETRIC_DEFAULT"
    key_usage: str = "ENCRYPT_DECRYPT"
    key_state: str = "Enabled"
    description: str = ""
    origin: str = "AWS_KMS"
    key_manager: str = "CUSTOMER"
    tags: dict[str, str] = field(default_factory=dict)
    deletion_date: datetime | None = None
    rotation_period_in_days: int | None = None
    """None while automatic rotation is off."""
    next_rotation_date: datetime | None = None
    on_demand_rotations: int = 0
    principal_ids: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN, as they were when it was put."""
    custom_key_store_id: str = ""
    xks_key_id: str = ""
    """The external key's id, of a key in an external key store."""
    primary_region: str = ""
    """Where the primary key of a multi-Region key is; empty for a single-Region key."""
    replica_regions: tuple[str, ...] = ()
    """Where its replicas are, in alphabetical order."""
    shared_version: int = 0
    """Grows with every change of what related keys share: what is older than what one has changes nothing."""
    pending_window_in_days: int | None = None
    """Of a primary key whose deletion waits for that of its replicas."""

    @property
    def store(self) -> str | None:
        return self.custom_key_store_id or None

    @cached_property
    def arn(self) -> str:
        return self.arn_in(self.region)

    def arn_in(self, region: str) -> str:
        """The ARN of the related key there."""
        return arn("kms", region, self.account, f"key/{self.key_id}")

    @property
    def multi_region(self) -> bool:
        return bool(self.primary_region)

    @property
    def multi_region_type(self) -> str | None:
        """``MultiRegionKeyType``; None for a single-Region key."""
        if not self.primary_region:
            return None
        return "PRIMARY" if self.primary_region == self.region else "REPLICA"

    @property
    def is_replica(self) -> bool:
        return self.multi_region_type == "REPLICA"

    @cached_property
    def compiled_policy(self) -> Policy:
        return compiled(self.policy, self.account, tuple(self.principal_ids.items()))

    @cached_property
    def spec(self) -> KeySpec:
        return SPECS[self.key_spec]

    @property
    def due_at(self) -> datetime | None:
        """When the clock has something to do: delete it, or rotate it."""
        if self.key_state == "PendingDeletion":
            return self.deletion_date
        return self.next_rotation_date if self.key_state == "Enabled" and not self.is_replica else None

    @cached_property
    def algorithms(self) -> dict[str, list[str]]:
        """What the key can be used with, as ``KeyMetadata`` and GetPublicKey list it."""
        match self.key_usage:
            case "ENCRYPT_DECRYPT":
                return {"EncryptionAlgorithms": list(self.spec.encryption_algorithms)}
            case "SIGN_VERIFY":
                return {"SigningAlgorithms": list(self.spec.signing_algorithms)}
            case "GENERATE_VERIFY_MAC":
                return {"MacAlgorithms": list(self.spec.mac_algorithms)}
            case "ENCAPSULATE_DECAPSULATE":
                return {"EncapsulationAlgorithms": list(self.spec.encapsulation_algorithms)}
            case _:
                return {"KeyAgreementAlgorithms": list(self.spec.key_agreement_algorithms)}

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The model's ``KeyMetadata``."""
        metadata = {
            "AWSAccountId": self.account,
            "KeyId": self.key_id,
            "Arn": self.arn,
            "CreationDate": self.created,
            "Enabled": self.key_state == "Enabled",
            "Description": self.description,
            "KeyUsage": self.key_usage,
            "KeyState": self.key_state,
            "Origin": self.origin,
            "KeyManager": self.key_manager,
            "CustomerMasterKeySpec": self.key_spec,
            "KeySpec": self.key_spec,
            "MultiRegion": self.multi_region,
            **self.algorithms,
        }
        if self.multi_region:
            metadata["MultiRegionConfiguration"] = self._multi_region_configuration
        if self.key_state == "PendingReplicaDeletion":
            metadata["PendingDeletionWindowInDays"] = self.pending_window_in_days
        if self.deletion_date is not None:
            metadata["DeletionDate"] = self.deletion_date
        if self.rotates and self.current_material_id:
            metadata["CurrentKeyMaterialId"] = self.current_material_id
        if self.custom_key_store_id:
            metadata["CustomKeyStoreId"] = self.custom_key_store_id
        if self.xks_key_id:
            metadata["XksKeyConfiguration"] = {"Id": self.xks_key_id}
        return metadata

    @property
    def _multi_region_configuration(self) -> dict[str, Any]:
        return {
            "MultiRegionKeyType": self.multi_region_type,
            "PrimaryKey": self._related(self.primary_region),
            "ReplicaKeys": [self._related(region) for region in self.replica_regions],
        }

    def _related(self, region: str) -> dict[str, str]:
        return {"Arn": self.arn_in(region), "Region": region}

    @property
    def rotates(self) -> bool:
        """Whether it is of the kind whose material can be rotated."""
        return self.key_spec == "SYMMETRIC_DEFAULT" and not self.custom_key_store_id


@record("kms:Material", id="material_id", scope=Scope.REGION, indexes={"key": "key_id"}, due="valid_to")
class Material:
    """One generation of a key's material, found by its id alone: Decrypt knows no more than that."""

    material_id: str
    account: str
    region: str
    key_id: str
    generation: int
    """1 for the first, then one more with each rotation; beyond the current one's while imported and not in use yet."""
    created: datetime
    material: bytes = secret()
    """Raw bytes of symmetric and HMAC keys, PKCS#8 DER of the others; empty while imported material is missing, and
    where it is on a token. Of a key in an external key store it is the half that is KMS's own."""
    rotation_type: str = ""
    """``AUTOMATIC``, ``ON_DEMAND``, or ``""`` for what no rotation has brought into use."""
    rotation_date: datetime | None = None
    description: str = ""
    """Imported material has one, and a day when it expires."""
    valid_to: datetime | None = None
    replicated: tuple[str, ...] = ()
    """Of a primary key's material that waits for its rotation: the Regions where it was imported into the replica."""

    @property
    def imported(self) -> bool:
        """Whether the material is there; what KMS made itself always is."""
        return bool(self.material)

    @cached_property
    def symmetric(self) -> SymmetricMaterial:
        return SymmetricMaterial(self.material, self.material_id)

    @cached_property
    def private_key(self) -> Any:
        """The ``crypto.private_keys.PrivateKey``; imported when first needed, for most keys are symmetric."""
        from vauban.crypto.private_keys import PrivateKey

        return PrivateKey(self.material)


@record("kms:ImportParameters", id="token_id", indexes={"key": "key_id"}, due="valid_to")
class ImportParameters:
    """A wrapping key, and the import token that goes with it; both are forgotten when their time is over."""

    token_id: str
    """The token's SHA-256: the token itself is not kept."""
    account: str
    region: str
    key_id: str
    valid_to: datetime
    wrapping_algorithm: str
    private_key: bytes = secret()


@record("kms:CustomKeyStore", id="custom_key_store_id")
class CustomKeyStore:
    """Where keys have their material outside of KMS: a token (``AWS_CLOUDHSM``), or whatever an XKS proxy leads to."""

    custom_key_store_id: str
    account: str
    region: str
    created: datetime
    name: str
    type: str
    connection_state: str = "DISCONNECTED"
    connection_error_code: str = ""
    """Of a connection that ``FAILED``."""
    cloud_hsm_cluster_id: str = ""
    trust_anchor_certificate: str = ""
    key_store_password: bytes = secret(b"")
    xks_connectivity: str = ""
    xks_uri_endpoint: str = ""
    xks_uri_path: str = ""
    xks_vpc_endpoint_service_name: str = ""
    xks_vpc_endpoint_service_owner: str = ""
    xks_access_key_id: str = ""
    xks_secret_access_key: bytes = secret(b"")

    @property
    def connected(self) -> bool:
        return self.connection_state == "CONNECTED"

    @property
    def external(self) -> bool:
        """Whether it is behind an XKS proxy."""
        return self.type == "EXTERNAL_KEY_STORE"

    @cached_property
    def entry(self) -> dict[str, Any]:
        """The model's ``CustomKeyStoresListEntry``."""
        entry: dict[str, Any] = {
            "CustomKeyStoreId": self.custom_key_store_id,
            "CustomKeyStoreName": self.name,
            "CustomKeyStoreType": self.type,
            "ConnectionState": self.connection_state,
            "CreationDate": self.created,
        }
        if self.connection_error_code:
            entry["ConnectionErrorCode"] = self.connection_error_code
        if self.external:
            return {**entry, "XksProxyConfiguration": self._proxy_configuration()}
        return {
            **entry,
            "CloudHsmClusterId": self.cloud_hsm_cluster_id,
            "TrustAnchorCertificate": self.trust_anchor_certificate,
        }

    def _proxy_configuration(self) -> dict[str, str]:
        known = {
            "Connectivity": self.xks_connectivity,
            "AccessKeyId": self.xks_access_key_id,
            "UriEndpoint": self.xks_uri_endpoint,
            "UriPath": self.xks_uri_path,
            "VpcEndpointServiceName": self.xks_vpc_endpoint_service_name,
            "VpcEndpointServiceOwner": self.xks_vpc_endpoint_service_owner,
        }
        return {name: value for name, value in known.items() if value}


@record("kms:Claim", id="claimed")
class Claim:
    """What can be had once only in an account and Region: the name of a key store, the address of a proxy, an external
    key. Of two calls that claim the same at once, one is run again and finds it taken."""

    claimed: str
    account: str
    region: str
    custom_key_store_id: str


@record("kms:ClusterUse", id="cluster_id", scope=Scope.GLOBAL)
class ClusterUse:
    """A cluster is one key store's, in whatever account or Region."""

    cluster_id: str
    account: str
    region: str
    custom_key_store_id: str


@record("kms:Alias", id="name", indexes={"key": "target_key_id"})
class Alias:
    name: str
    """With its ``alias/``."""
    account: str
    region: str
    target_key_id: str
    created: datetime
    updated: datetime

    @cached_property
    def arn(self) -> str:
        return arn("kms", self.region, self.account, self.name)


@record(
    "kms:Grant",
    id="grant_id",
    scope=Scope.REGION,
    indexes={"key": "key_id", "grantee": "key_and_grantee", "retiring": "retiring_principals", "name": "key_and_name"},
)
class Grant:
    """Kept by Region, not by account: a retiring principal may look for its grants on the keys of all accounts."""

    grant_id: str
    account: str
    """The key's owner."""
    region: str
    key_id: str
    created: datetime
    issuing_account: str
    operations: tuple[str, ...]
    name: str = ""
    grantee_principal: str = ""
    grantee_service_principal: str = ""
    retiring_principal: str = ""
    retiring_service_principal: str = ""
    encryption_context_equals: dict[str, str] | None = None
    encryption_context_subset: dict[str, str] | None = None
    source_arn: str = ""
    grantee_id: str = ""
    """The unique id of the user or role that the grantee was when the grant was made; empty where it is neither."""
    retiring_id: str = ""
    """Of the retiring principal, likewise."""

    @cached_property
    def key_arn(self) -> str:
        return arn("kms", self.region, self.account, f"key/{self.key_id}")

    @property
    def grantee(self) -> str:
        return self.grantee_principal or self.grantee_service_principal

    @property
    def key_and_grantee(self) -> str:
        return f"{self.key_id} {self.grantee}"

    @property
    def key_and_name(self) -> str | None:
        return f"{self.key_id} {self.name}" if self.name else None

    @property
    def retiring_principals(self) -> str | None:
        return self.retiring_principal or self.retiring_service_principal or None
