"""Keys: made, described, listed, enabled and disabled."""

from typing import Any

from vauban.crypto.materials import RSA_SIZES, can_generate, can_import, generate
from vauban.crypto.specs import SPECS
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.kms.errors import UnsupportedOperationException
from vauban.services.kms.expirations import expiration
from vauban.services.kms.lists import page
from vauban.services.kms.materials import is_pending, materials_of, new_material
from vauban.services.kms.policies import DEFAULT, require_valid
from vauban.services.kms.resolvers import key, usable_key
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, Key
from vauban.services.kms.rotation import put_rotated_if_overdue
from vauban.services.kms.stored_keys import metadata_of, require_store, with_stored_material
from vauban.services.kms.tags import tagged


@operation("CreateKey", also=(("TagResource", "Tags"),))
def create_key(
    call: Call,
    policy: str | None = None,
    description: str = "",
    key_usage: str | None = None,
    customer_master_key_spec: str | None = None,
    key_spec: str | None = None,
    origin: str = "AWS_KMS",
    custom_key_store_id: str | None = None,
    bypass_policy_lockout_safety_check: bool = False,
    tags: list[dict[str, str]] | None = None,
    multi_region: bool = False,
    xks_key_id: str | None = None,
) -> dict[str, Any]:
    _refuse_multi_region_in_store(multi_region, origin)
    spec = _spec(key_spec, customer_master_key_spec, origin)
    usage = _usage(spec, key_usage)
    key_tags = tagged({}, tags or [])
    store = require_store(call, origin, custom_key_store_id, xks_key_id, spec)
    key_id = call.once("key id", call.uuid)
    if multi_region:
        key_id = f"mrk-{key_id.replace('-', '')}"
    principal_ids: dict[str, str] = {}
    if policy is not None:
        key_arn = arn("kms", call.region, call.account, f"key/{key_id}")
        principal_ids = require_valid(call, policy, key_arn, bypass_lockout_check=bypass_policy_lockout_safety_check)
    created = Key(
        key_id,
        call.account,
        call.region,
        call.now,
        policy or DEFAULT % call.account,
        "",
        spec,
        usage,
        "PendingImport",
        description,
        origin,
        tags=key_tags,
        principal_ids=principal_ids,
        custom_key_store_id=custom_key_store_id or "",
        xks_key_id=xks_key_id or "",
        primary_region=call.region if multi_region else "",
    )
    if store is not None:
        created = with_stored_material(call, created, store, generate(spec))
    elif origin == "AWS_KMS":
        created = _with_material(call, created)
    call.store.put(created)
    call.resources = (Resource(created.arn, "key", created.account, created, cloudtrail_type=CLOUDTRAIL_TYPE),)
    return {"KeyMetadata": metadata_of(call, created)}


@operation("DescribeKey", on=usable_key("KeyId"))
def describe_key(call: Call, key: Key) -> dict[str, Any]:
    """How imported material expires is told with the key; it is kept with the material."""
    if key.origin != "EXTERNAL":
        return {"KeyMetadata": metadata_of(call, key)}
    lasting = [each for each in materials_of(call, key) if not is_pending(call, key, each)]
    return {"KeyMetadata": {**key.metadata, **expiration(lasting)}}


@operation("ListKeys")
def list_keys(
    call: Call, limit: int | None = None, marker: str | None = None, resource_owners: list[str] | None = None
) -> dict[str, Any]:
    """There is no RAM here through which other accounts could share keys: only the caller's own are listed."""
    owners = sorted(resource_owners or ["SELF"])

    def entries(after: str, count: int) -> list[tuple[str, dict[str, str]]]:
        keys = call.store.list(Key, after=after, limit=count) if "SELF" in owners else ()
        return [(each.key_id, {"KeyId": each.key_id, "KeyArn": each.arn}) for each in keys]

    return page(call, "Keys", entries, limit, marker, of=" ".join(owners))


@operation("EnableKey", on=key("KeyId"))
def enable_key(call: Call, key: Key) -> None:
    put_rotated_if_overdue(call, replace(key, key_state="Enabled"))


@operation("DisableKey", on=key("KeyId"))
def disable_key(call: Call, key: Key) -> None:
    call.store.put(replace(key, key_state="Disabled"))


@operation("UpdateKeyDescription", on=key("KeyId"))
def update_key_description(call: Call, key: Key, description: str) -> None:
    call.store.put(replace(key, description=description))


def _with_material(call: Call, key: Key) -> Key:
    spec = key.key_spec
    material = new_material(call, key.key_id, call.slowly(generate, spec) if spec in RSA_SIZES else generate(spec))
    call.store.put(material)
    return replace(key, key_state="Enabled", current_material_id=material.material_id)


def _refuse_multi_region_in_store(multi_region: bool, origin: str) -> None:
    if multi_region and origin not in ("AWS_KMS", "EXTERNAL"):
        raise UnsupportedOperationException("A key in a custom key store cannot be a multi-Region key.")


def _spec(key_spec: str | None, old_name: str | None, origin: str) -> str:
    if key_spec and old_name:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    spec = key_spec or old_name or "SYMMETRIC_DEFAULT"
    if not can_generate(spec):
        raise UnsupportedOperationException(f"Keys of {spec} are not supported here.")
    if origin == "EXTERNAL" and not can_import(spec):
        raise UnsupportedOperationException(f"Keys of {spec} with imported key material are not supported here.")
    return spec


def _usage(spec: str, usage: str | None) -> str:
    if usage is None:
        if spec == "SYMMETRIC_DEFAULT":
            return "ENCRYPT_DECRYPT"
        raise ValidationException(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
        )
    if usage not in SPECS[spec].usages:
        raise ValidationException(f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    return usage
