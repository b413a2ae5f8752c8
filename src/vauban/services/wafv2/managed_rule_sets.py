"""Managed rule sets are vendors' own: of those that AWS has taken in as sellers, and nobody is one here."""

from dataclasses import dataclass
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.wafv2.errors import WAFNonexistentItemException
from vauban.services.wafv2.lists import in_order, page
from vauban.services.wafv2.resources import CLOUDFRONT
from vauban.services.wafv2.scopes import require_scope


@dataclass(frozen=True)
class RuleSetResolver:
    """A managed rule set by name, scope and id: there is none, whatever is said of it."""

    more: tuple[str, ...] = ()
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return ("Name", "Scope", "Id", *self.more)

    def __call__(self, call: Call, world: World) -> Resource:
        where = "global" if require_scope(call, call.params["Scope"]) == CLOUDFRONT else "regional"
        noun = f"{where}/managedruleset/{call.params['Name']}/{call.params['Id']}"
        there = arn("wafv2", call.region, call.account, noun)
        return Resource(there, "managedruleset", call.account, absent=WAFNonexistentItemException())


@operation("ListManagedRuleSets")
def list_managed_rule_sets(
    call: Call, scope: str, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    require_scope(call, scope)
    return page(call, "ManagedRuleSets", in_order(()), limit, next_marker, of=scope)


@operation("GetManagedRuleSet", on=RuleSetResolver())
def get_managed_rule_set(call: Call, rule_set: None) -> None:
    """Never reached: absence is told first."""


@operation("PutManagedRuleSetVersions", on=RuleSetResolver(("LockToken", "RecommendedVersion", "VersionsToPublish")))
def put_managed_rule_set_versions(call: Call, rule_set: None) -> None:
    """Never reached: absence is told first."""


@operation(
    "UpdateManagedRuleSetVersionExpiryDate",
    on=RuleSetResolver(("LockToken", "VersionToExpire", "ExpiryTimestamp")),
)
def update_managed_rule_set_version_expiry_date(call: Call, rule_set: None) -> None:
    """Never reached: absence is told first."""
