"""Web ACLs: rules in order, and what becomes of a request that none of them decides."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.lists import summaries
from vauban.services.wafv2.locks import changed, deleted, require_lock
from vauban.services.wafv2.logging_configurations import end_logging
from vauban.services.wafv2.names import require_new
from vauban.services.wafv2.references import Proposal, ProposalResolver, may_use
from vauban.services.wafv2.resolvers import Draft, DraftResolver, EntityResolver, RetrievedResolver
from vauban.services.wafv2.resources import Association, TokenKey, WebACL
from vauban.services.wafv2.rules import capacity_of_web_acl
from vauban.services.wafv2.settings import require_valid
from vauban.services.wafv2.tags import tagged
from vauban.services.wafv2.uses import keep_uses

_NOT_HERE = ("OnSourceDDoSProtectionConfig", "MonetizationConfig", "AnalyticsConfig")
a_web_acl = EntityResolver(WebACL)
a_proposal = ProposalResolver(
    (
        "DefaultAction",
        "Rules",
        "VisibilityConfig",
        "DataProtectionConfig",
        "CustomResponseBodies",
        "CaptchaConfig",
        "ChallengeConfig",
        "TokenDomains",
        "AssociationConfig",
        "ApplicationConfig",
    )
)


@operation(
    "CreateWebACL",
    on=(DraftResolver(WebACL), a_proposal),
    decide=may_use("wafv2:CreateWebACL"),
    unsupported=_NOT_HERE,
)
def create_web_acl(
    call: Call,
    draft: Draft,
    proposal: Proposal,
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_new(call, WebACL, draft)
    capacity = _capacity(call, draft.named.scope, proposal)
    own = {"description": description, "tags": tagged({}, tags or [])}
    made = WebACL(capacity, proposal.settings, tuple(proposal.named), **own, **draft.members(call))
    call.store.put(made)
    keep_uses(call, made)
    _keep_token_key(call)
    return {"Summary": made.summary}


@operation("GetWebACL", on=RetrievedResolver(WebACL))
def get_web_acl(call: Call, web_acl: WebACL) -> dict[str, Any]:
    return {"WebACL": web_acl.shape, "LockToken": web_acl.lock_token}


@operation("UpdateWebACL", on=(a_web_acl, a_proposal), decide=may_use("wafv2:UpdateWebACL"), unsupported=_NOT_HERE)
def update_web_acl(
    call: Call, web_acl: WebACL, proposal: Proposal, lock_token: str, description: str = ""
) -> dict[str, Any]:
    require_lock(web_acl, lock_token)
    changes = {
        "capacity": _capacity(call, web_acl.scope, proposal),
        "settings": proposal.settings,
        "references": tuple(proposal.named),
    }
    new = changed(call, web_acl, lock_token, description=description, **changes)
    keep_uses(call, new)
    return {"NextLockToken": new.lock_token}


@operation("DeleteWebACL", on=a_web_acl)
def delete_web_acl(call: Call, web_acl: WebACL, lock_token: str) -> None:
    used = bool(call.store.list(Association, index="web_acl", value=web_acl.arn, limit=1))
    deleted(call, web_acl, lock_token, used=used)
    keep_uses(call, web_acl, deleted=True)
    end_logging(call, web_acl)


@operation("ListWebACLs")
def list_web_acls(call: Call, scope: str, next_marker: str | None = None, limit: int | None = None) -> dict[str, Any]:
    return summaries(call, WebACL, "WebACLs", scope, limit, next_marker)


def _capacity(call: Call, scope: str, proposal: Proposal) -> int:
    """What the rules need. Raises WAFInvalidParameterException for a web ACL that cannot be."""
    require_valid(scope, proposal.settings)
    return capacity_of_web_acl(call, proposal)


def _keep_token_key(call: Call) -> None:
    """Made with the first web ACL, and kept: a token is good for every site of the account that accepts its domain."""
    if call.store.get(TokenKey, "current") is None:
        call.store.put(TokenKey(call.account, call.region, call.now, call.random(32)))
