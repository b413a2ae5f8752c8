"""Replicas of multi-Region keys: made, and made primary.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.kms.errors import AlreadyExistsException, UnsupportedOperationException, key_not_found
from vauban.services.kms.multi_region import PROMOTED, REPLICATED, SYNCHRONIZED, require_primary, send_shared
from vauban.services.kms.policies import DEFAULT, require_valid
from vauban.services.kms.resolvers import KeyResource, key
from vauban.services.kms.resources import Key
from vauban.services.kms.tags import tagged

BY_KMS = ("kms.amazonaws.com",)


def may_replicate(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """To replicate the key here, and to create (and tag) keys in the other Region."""
    (primary,) = resources
    decision = evaluate("kms:ReplicateKey", primary)
    there = KeyResource("*")
    if primary.absent is None:
        there.key = replace(primary.key, region=call.params["ReplicaRegion"])
    actions = ["kms:CreateKey", *(["kms:TagResource"] if call.params.get("Tags") else [])]
    with _in_region(call, call.params["ReplicaRegion"]):
        for action in actions:
            if decision.allowed:
                decision = evaluate(action, there)
    return decision


@operation("ReplicateKey", on=key("KeyId"), decide=may_replicate)
def replicate_key(
    call: Call,
    key: Key,
    replica_region: str,
    policy: str | None = None,
    bypass_policy_lockout_safety_check: bool = False,
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_primary(key)
    if replica_region in (key.region, *key.replica_regions):
        raise AlreadyExistsException(f"{key.arn_in(replica_region)} already exists.")
    if policy is not None:
        require_valid(call, policy, key.arn_in(replica_region), bypass_lockout_check=bypass_policy_lockout_safety_check)
    own = {"policy": policy or DEFAULT % call.account, "description": description, "tags": tagged({}, tags or [])}
    regions = tuple(sorted((*key.replica_regions, replica_region)))
    updated = replace(key, replica_regions=regions, shared_version=key.shared_version + 1)
    call.store.put(updated)
    for region in key.replica_regions:
        send_shared(call, SYNCHRONIZED, updated, region)
    send_shared(call, REPLICATED, updated, replica_region, own=own)
    replica = replace(updated, region=replica_region, created=call.now, key_state="Creating", **own)
    return {
        "ReplicaKeyMetadata": replica.metadata,
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": [{"TagKey": name, "TagValue": value} for name, value in replica.tags.items()],
    }


@operation("UpdatePrimaryRegion", on=key("KeyId"))
def update_primary_region(call: Call, key: Key, primary_region: str) -> None:
    """The key is a replica from now on, and ``Updating`` until the new primary key has said that it is one.

    That one is asked by KMS itself, on behalf of the caller: its own policy and state decide whether it may become it.
    """
    if call.via[-1:] == BY_KMS and key.is_replica:
        return
    require_primary(key)
    if primary_region == key.region:
        raise UnsupportedOperationException(f"{key.arn} is the primary key already.")
    if primary_region not in key.replica_regions:
        raise key_not_found(key.arn_in(primary_region))
    updated = replace(with_primary(key, primary_region), key_state="Updating")
    call.store.put(updated)
    send_shared(call, PROMOTED, updated, primary_region)


def with_primary(key: Key, region: str) -> Key:
    """The same related keys, with the primary key in ``region``."""
    regions = {key.primary_region, *key.replica_regions} - {region}
    return replace(
        key, primary_region=region, replica_regions=tuple(sorted(regions)), shared_version=key.shared_version + 1
    )


@contextmanager
def _in_region(call: Call, region: str) -> Iterator[None]:
    """What is decided about a Region other than the one asked in."""
    here = call.region
    call.region = region
    try:
        yield
    finally:
        call.region = here
