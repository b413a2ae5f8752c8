"""What uses what: rules name sets and rule groups by ARN, which so cannot be deleted."""

from vauban.kernel.calls import Call
from vauban.services.wafv2.resources import Entity, GroupUse, RuleGroup, WebACL
from vauban.services.wafv2.scopes import read


def used_by_rules(call: Call, entity: Entity) -> bool:
    """Whether a rule of a web ACL or rule group of the account names it."""
    return any(call.store.list(kind, index="reference", value=entity.arn, limit=1) for kind in (WebACL, RuleGroup))


def keep_uses(call: Call, web_acl: WebACL, *, deleted: bool = False) -> None:
    """Keep which rule groups the web ACL uses, for their owners."""
    groups = () if deleted else tuple(each for each in web_acl.references if read(each).noun == RuleGroup.NOUN)
    now = {use.key: use for use in (GroupUse(call.account, call.region, web_acl.arn, group) for group in groups)}
    before = {use.key: use for use in call.store.list(GroupUse, prefix=f"{web_acl.arn} ")}
    for key in before.keys() - now.keys():
        call.store.delete(before[key])
    for key in now.keys() - before.keys():
        call.store.put(now[key])
