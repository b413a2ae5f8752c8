"""The ``kms:`` condition keys, and how a call bears them.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.kms.expirations import EXPIRES
from vauban.services.kms.permissions import encryption_context
from vauban.services.kms.recipients import attested_value
from vauban.services.kms.resources import Alias, Grant, Key

ALGORITHM_MEMBERS = {
    "SourceKeyId": "SourceEncryptionAlgorithm",
    "DestinationKeyId": "DestinationEncryptionAlgorithm",
}
ENCRYPTING_OPERATIONS = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncrypt",
    }
)
WITH_MESSAGE_TYPE = frozenset({"Sign", "Verify"})
WITH_POLICY_NAME = frozenset({"GetKeyPolicy", "PutKeyPolicy"})


def _member(resource: Resource) -> str:
    return getattr(resource, "member", "KeyId")


def _key(resource: Resource) -> Key | None:
    return getattr(resource, "key", None)


def _context(call: Call, resource: Resource) -> Mapping[str, str]:
    """What the call uses the key with; for grants, what their constraints ask for."""
    if call.operation.name == "CreateGrant":
        constraints = call.params.get("Constraints") or {}
        return {
            **(constraints.get("EncryptionContextSubset") or {}),
            **(constraints.get("EncryptionContextEquals") or {}),
        }
    if isinstance(resource.record, Grant):
        grant = resource.record
        return {**(grant.encryption_context_subset or {}), **(grant.encryption_context_equals or {})}
    return encryption_context(call, _member(resource))


def _encryption_context_value(call: Call, resource: Resource, name: str) -> str | list[str] | None:
    """The name of a condition key has no case; an encryption context's keys that differ by case alone share it."""
    values = [value for key, value in _context(call, resource).items() if key.lower() == name]
    return values[0] if len(values) == 1 else values or None


def _encryption_algorithm(call: Call, resource: Resource) -> str | None:
    if call.operation.name not in ENCRYPTING_OPERATIONS:
        return None
    member = ALGORITHM_MEMBERS.get(_member(resource), "EncryptionAlgorithm")
    return call.params.get(member, "SYMMETRIC_DEFAULT")


def _via_service(call: Call, _: Resource) -> str | None:
    if not call.via:
        return None
    return f"{call.via[-1].removesuffix('.amazonaws.com')}.{call.region}.amazonaws.com"


def _request_alias(call: Call, resource: Resource) -> str | None:
    named = call.params.get(_member(resource), "")
    name = named.split(":", 5)[-1]
    return name if name.startswith("alias/") else None


def _resource_aliases(_: Call, resource: Resource) -> list[str] | None:
    key = _key(resource)
    if key is None or resource.records is None:
        return None
    return [alias.name for alias in resource.records.list(Alias, index="key", value=key.key_id)] or None


def _reencrypt_on_same_key(call: Call, _: Resource) -> bool | None:
    if call.operation.name != "ReEncrypt":
        return None
    source, destination = call.resources
    return source.arn == destination.arn


def _grant_constraint_type(call: Call, _: Resource) -> str | list[str] | None:
    kinds = sorted(call.params.get("Constraints") or ())
    return kinds[0] if len(kinds) == 1 else kinds or None


def _grant_is_for_aws_resource(call: Call, _: Resource) -> bool:
    return bool(call.via) or call.principal.kind == "service"


def _asked(member: str, default: Any = None) -> Callable[[Call, Resource], Any]:
    """The condition key whose value is a request member."""
    return lambda call, _: call.params.get(member, default)


def _asked_of(operations: frozenset[str], member: str, default: Any) -> Callable[[Call, Resource], Any]:
    """The same, with a default that only some operations have."""
    return lambda call, _: call.params.get(member, default) if call.operation.name in operations else None


def _of_key(attribute: str, member: str, default: Any) -> Callable[[Call, Resource], Any]:
    """The condition key that tells of the key: as it is, or as CreateKey would make it."""

    def value(call: Call, resource: Resource) -> Any:
        key = _key(resource)
        if key is not None:
            return getattr(key, attribute)
        return call.params.get(member, default) if call.operation.name == "CreateKey" else None

    return value


def _key_spec(call: Call, resource: Resource) -> str | None:
    key = _key(resource)
    if key is not None:
        return key.key_spec
    if call.operation.name != "CreateKey":
        return None
    return call.params.get("KeySpec") or call.params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"


def _multi_region(call: Call, resource: Resource) -> bool | None:
    key = _key(resource)
    if key is not None:
        return key.multi_region
    return call.params.get("MultiRegion", False) if call.operation.name == "CreateKey" else None


def _multi_region_key_type(call: Call, resource: Resource) -> str | None:
    key = _key(resource)
    if key is not None:
        return key.multi_region_type
    return "PRIMARY" if call.operation.name == "CreateKey" and call.params.get("MultiRegion") else None


CONDITIONS = Conditions(
    exact={
        "kms:bypasspolicylockoutsafetycheck": _asked_of(
            frozenset({"CreateKey", "PutKeyPolicy"}), "BypassPolicyLockoutSafetyCheck", False
        ),
        "kms:calleraccount": lambda call, _: call.principal.account or None,
        "kms:customermasterkeyspec": _key_spec,
        "kms:customermasterkeyusage": _of_key("key_usage", "KeyUsage", "ENCRYPT_DECRYPT"),
        "kms:datakeypairspec": _asked("KeyPairSpec"),
        "kms:encryptionalgorithm": _encryption_algorithm,
        "kms:encryptioncontextkeys": lambda call, resource: list(_context(call, resource)) or None,
        "kms:expirationmodel": _asked_of(frozenset({"ImportKeyMaterial"}), "ExpirationModel", EXPIRES),
        "kms:grantconstraintsourcearn": lambda call, _: (call.params.get("Constraints") or {}).get("SourceArn"),
        "kms:grantconstrainttype": _grant_constraint_type,
        "kms:grantisforawsresource": _grant_is_for_aws_resource,
        "kms:grantoperations": lambda call, _: call.params.get("Operations"),
        "kms:granteeprincipal": _asked("GranteePrincipal"),
        "kms:granteeserviceprincipal": _asked("GranteeServicePrincipal"),
        "kms:keyagreementalgorithm": _asked("KeyAgreementAlgorithm"),
        "kms:keyorigin": _of_key("origin", "Origin", "AWS_KMS"),
        "kms:keyspec": _key_spec,
        "kms:keyusage": _of_key("key_usage", "KeyUsage", "ENCRYPT_DECRYPT"),
        "kms:macalgorithm": _asked("MacAlgorithm"),
        "kms:messagetype": _asked_of(WITH_MESSAGE_TYPE, "MessageType", "RAW"),
        "kms:multiregion": _multi_region,
        "kms:multiregionkeytype": _multi_region_key_type,
        "kms:policyname": _asked_of(WITH_POLICY_NAME, "PolicyName", "default"),
        "kms:primaryregion": _asked("PrimaryRegion"),
        "kms:reencryptonsamekey": _reencrypt_on_same_key,
        "kms:replicaregion": _asked("ReplicaRegion"),
        "kms:requestalias": _request_alias,
        "kms:resourcealiases": _resource_aliases,
        "kms:retiringprincipal": _asked("RetiringPrincipal"),
        "kms:retiringserviceprincipal": _asked("RetiringServicePrincipal"),
        "kms:rotationperiodindays": _asked_of(frozenset({"EnableKeyRotation"}), "RotationPeriodInDays", 365),
        "kms:schedulekeydeletionpendingwindowindays": _asked_of(
            frozenset({"ScheduleKeyDeletion"}), "PendingWindowInDays", 30
        ),
        "kms:signingalgorithm": _asked("SigningAlgorithm"),
        "kms:validto": _asked("ValidTo"),
        "kms:viaservice": _via_service,
        "kms:wrappingalgorithm": _asked("WrappingAlgorithm"),
        "kms:wrappingkeyspec": _asked("WrappingKeySpec"),
    },
    prefixed={
        "kms:encryptioncontext:": _encryption_context_value,
        "kms:recipientattestation:": attested_value,
    },
)
