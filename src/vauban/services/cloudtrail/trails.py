"""Trails: which events are delivered where.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trails.html
"""

from dataclasses import dataclass
from typing import Any

from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.cloudtrail.deliveries import forget_delivery
from vauban.services.cloudtrail.errors import (
    InvalidParameterCombinationException,
    MaximumNumberOfTrailsExceededException,
    TrailAlreadyExistsException,
)
from vauban.services.cloudtrail.names import require_bucket_name, require_prefix, require_trail_name
from vauban.services.cloudtrail.organizations import (
    manager_of_trails,
    may_manage_trails,
    organization_for_trails,
    organization_of,
)
from vauban.services.cloudtrail.pages import begin_of, page
from vauban.services.cloudtrail.resolvers import a_trail, find_trail, own_trail, require_own, visible_trails
from vauban.services.cloudtrail.resources import TRAIL_TYPE, Trail, trail_arn
from vauban.services.cloudtrail.tags import with_tags

MOST_IN_A_REGION = 5
NOT_HERE = ("SnsTopicName", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "KmsKeyId")
"""What stands on services that are not there yet."""


@dataclass(frozen=True)
class NewTrailResolver:
    """The ARN that a trail would have, and its tags, for policies to speak of."""

    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["Name"]
        require_trail_name(name)
        return Resource(
            trail_arn(call.region, _owner(call, world.at("", "")), name), "trail", cloudtrail_type=TRAIL_TYPE
        )


@operation("CreateTrail", on=NewTrailResolver(), also=(("AddTags", "TagsList"),), unsupported=NOT_HERE)
def create_trail(
    call: Call,
    _: None,
    s3_bucket_name: str,
    s3_key_prefix: str = "",
    include_global_service_events: bool = True,
    is_multi_region_trail: bool = False,
    enable_log_file_validation: bool = False,
    is_organization_trail: bool = False,
    tags_list: list[dict[str, str]] | None = None,
    recursive_logging: bool = True,
) -> dict[str, Any]:
    organization_id = manager_of_trails(call).organization_id if is_organization_trail else None
    name, owner = call.params["Name"], _owner(call, call.store)
    trail = Trail(
        trail_arn(call.region, owner, name),
        name,
        owner,
        call.region,
        s3_bucket_name,
        s3_key_prefix,
        include_global_service_events,
        is_multi_region_trail,
        enable_log_file_validation,
        organization_id,
        recursive_logging,
        tags=with_tags({}, tags_list or ()),
    )
    _require_sound(trail)
    _require_room(call, trail)
    call.store.put(trail)
    return trail.description


@operation("UpdateTrail", on=own_trail(), unsupported=NOT_HERE)
def update_trail(
    call: Call,
    trail: Trail,
    s3_bucket_name: str | None = None,
    s3_key_prefix: str | None = None,
    include_global_service_events: bool | None = None,
    is_multi_region_trail: bool | None = None,
    enable_log_file_validation: bool | None = None,
    is_organization_trail: bool | None = None,
    recursive_logging: bool | None = None,
) -> dict[str, Any]:
    given = {
        "bucket": s3_bucket_name,
        "prefix": s3_key_prefix,
        "global_services": include_global_service_events,
        "multi_region": is_multi_region_trail,
        "log_file_validation": enable_log_file_validation,
        "recursive_logging": recursive_logging,
    }
    changed = replace(trail, **{name: value for name, value in given.items() if value is not None})
    if is_organization_trail and trail.organization_id is None:
        changed = replace(changed, organization_id=organization_for_trails(call))
    elif is_organization_trail is False and trail.organization_id is not None:
        require_own(call, trail)
        changed = replace(changed, organization_id=None)
    _require_sound(changed)
    if changed.multi_region and not trail.multi_region:
        _require_room(call, changed)
    call.store.put(changed)
    return changed.description


@operation("DeleteTrail", on=own_trail())
def delete_trail(call: Call, trail: Trail) -> None:
    forget_delivery(call, trail)
    call.store.delete(trail)


@operation("GetTrail", on=a_trail())
def get_trail(call: Call, trail: Trail) -> dict[str, Any]:
    return {"Trail": _described(trail)}


@operation("DescribeTrails")
def describe_trails(
    call: Call, trail_name_list: list[str] | None = None, include_shadow_trails: bool = True
) -> dict[str, Any]:
    if trail_name_list:
        named = [find_trail(call, call.store, text) for text in trail_name_list]
        found = list({each.arn: each for each in named if each is not None}.values())
    else:
        found = [each for each in visible_trails(call, call.store) if _is_here(call, each)]
    if not include_shadow_trails:
        found = [each for each in found if (each.account, each.region) == (call.account, call.region)]
    return {"trailList": [_described(each) for each in found]}


@operation("ListTrails")
def list_trails(call: Call, next_token: str | None = None) -> dict[str, Any]:
    after = begin_of(call, next_token)
    found = [each for each in visible_trails(call, call.store) if each.arn > after]
    return page(
        call,
        "Trails",
        found,
        1000,
        lambda each: each.arn,
        lambda each: {"TrailARN": each.arn, "Name": each.name, "HomeRegion": each.region},
    )


def _owner(call: Call, records: Records) -> str:
    """Whose a new trail is: a delegated administrator makes its organization's for the management account."""
    if not call.params.get("IsOrganizationTrail"):
        return call.account
    organization_id = organization_of(call, records)
    found = records.get(Organization, organization_id) if organization_id else None
    return found.management_account if found and may_manage_trails(found, call.account) else call.account


def _described(trail: Trail) -> dict[str, Any]:
    """The model's ``Trail``."""
    return {
        **trail.description,
        "HomeRegion": trail.region,
        "HasCustomEventSelectors": trail.custom_selectors,
        "HasInsightSelectors": False,
    }


def _is_here(call: Call, trail: Trail) -> bool:
    return trail.multi_region or trail.region == call.region


def _require_sound(trail: Trail) -> None:
    require_bucket_name(trail.bucket)
    require_prefix(trail.prefix)
    if trail.multi_region and not trail.global_services:
        raise InvalidParameterCombinationException("Multi-Region trail must include global service events.")


def _require_room(call: Call, trail: Trail) -> None:
    """Raises where there is such a trail, or no room for one more."""
    others = [each for each in call.store.list(Trail, index="account", value=trail.account) if each.arn != trail.arn]
    if call.store.get(Trail, trail.arn) is not None and call.operation.name == "CreateTrail":
        raise TrailAlreadyExistsException(f"Trail {trail.name} already exists for customer: {trail.account}")
    if any(each.name == trail.name and (each.multi_region or trail.multi_region) for each in others):
        raise TrailAlreadyExistsException(f"Trail {trail.name} already exists for customer: {trail.account}")
    if sum(_is_here(call, each) for each in others) >= MOST_IN_A_REGION:
        raise MaximumNumberOfTrailsExceededException(
            f"User: {trail.account} already has {MOST_IN_A_REGION} trails in {call.region}."
        )
