"""How a call names a trail: by its name in its home Region, by its ARN from everywhere."""

from dataclasses import dataclass

from vauban.identity.organizations import Organization
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.cloudtrail.errors import (
    CloudTrailARNInvalidException,
    InvalidHomeRegionException,
    InvalidParameterException,
    NotOrganizationMasterAccountException,
    TrailNotFoundException,
)
from vauban.services.cloudtrail.names import Arn, parse_arn, require_trail_name
from vauban.services.cloudtrail.organizations import may_manage_trails, organization_of
from vauban.services.cloudtrail.resources import TRAIL_TYPE, Trail, trail_arn


@dataclass(frozen=True)
class TrailResolver:
    """The trail that a member names. To change one is for its own account, in its home Region."""

    member: str
    changing: bool
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        if self.member not in call.params:
            raise InvalidParameterException(f"{self.member} is missing.")
        return self.named(call, world, call.params[self.member])

    def named(self, call: Call, world: World, text: str) -> Resource:
        """The trail that ``text`` names. Raises what is wrong with a name or an ARN."""
        found = find_trail(call, world.at("", ""), text)
        if found is None:
            where = text if text.startswith("arn:") else trail_arn(call.region, call.account, text)
            return Resource(where, "trail", absent=not_found(call, text), cloudtrail_type=TRAIL_TYPE)
        absent = None
        if self.changing and not _may_change(call, world.at("", ""), found):
            absent = anothers(found)
        elif self.changing and found.region != call.region:
            absent = InvalidHomeRegionException(
                f"Trail {found.arn} has to be changed in its home Region, {found.region}."
            )
        return resource_of(found, absent=absent)


def resource_of(trail: Trail, **more) -> Resource:
    return Resource(trail.arn, "trail", record=trail, tags=trail.tags, cloudtrail_type=TRAIL_TYPE, **more)


def anothers(trail: Trail) -> NotOrganizationMasterAccountException:
    return NotOrganizationMasterAccountException(
        f"The trail {trail.name} belongs to the organization's management account: only that can change it."
    )


def require_own(call: Call, trail: Trail) -> None:
    """Raises NotOrganizationMasterAccountException, for delegated administrators too."""
    if trail.account != call.account:
        raise anothers(trail)


def _may_change(call: Call, records: Records, trail: Trail) -> bool:
    """Its own account, and who manages the trails of its organization."""
    if trail.account == call.account:
        return True
    organization = records.get(Organization, trail.organization_id) if trail.organization_id else None
    return organization is not None and may_manage_trails(organization, call.account)


def find_trail(call: Call, records: Records, text: str) -> Trail | None:
    """One that the caller's account can see. Raises what is wrong with a name or an ARN."""
    named = parse_name(call, text)
    trail = records.get(Trail, trail_arn(named.region, named.account, named.name))
    return trail if trail is not None and is_seen(call, records, trail) else None


def parse_name(call: Call, text: str) -> Arn:
    """Raises CloudTrailARNInvalidException or InvalidTrailNameException."""
    if not text.startswith("arn:"):
        require_trail_name(text)
        return Arn(call.region, call.account, "trail", text)
    named = parse_arn(text)
    if named.noun != "trail":
        raise CloudTrailARNInvalidException(f"The ARN {text} is not a trail's.")
    require_trail_name(named.name)
    return named


def is_seen(call: Call, records: Records, trail: Trail) -> bool:
    """Its own account's, or its organization's."""
    return trail.account == call.account or (
        trail.organization_id is not None and trail.organization_id == organization_of(call, records)
    )


def visible_trails(call: Call, records: Records) -> list[Trail]:
    """All that the caller's account can see, in order of their ARNs."""
    own = records.list(Trail, index="account", value=call.account)
    organization = organization_of(call, records)
    others = records.list(Trail, index="organization", value=organization) if organization else []
    return sorted({each.arn: each for each in (*own, *others)}.values(), key=lambda each: each.arn)


def not_found(call: Call, text: str) -> TrailNotFoundException:
    return TrailNotFoundException(f"Unknown trail: {text} for the user: {call.account}")


def a_trail(member: str = "Name") -> TrailResolver:
    """A trail to look at, from every Region that it is in."""
    return TrailResolver(member, changing=False)


def own_trail(member: str = "Name") -> TrailResolver:
    """A trail to change."""
    return TrailResolver(member, changing=True)
