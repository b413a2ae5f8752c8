"""Names: each is one entity's of its kind in a scope, and there are so many of them at most."""

from vauban.kernel.calls import Call
from vauban.services.wafv2.errors import WAFDuplicateItemException, WAFLimitsExceededException
from vauban.services.wafv2.resolvers import Draft
from vauban.services.wafv2.resources import Entity, IPSet, RegexPatternSet, RuleGroup, WebACL

MOST: dict[type[Entity], int] = {WebACL: 100, RuleGroup: 100, IPSet: 100, RegexPatternSet: 10}
"""In an account, a Region and a scope. Source: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


def require_new(call: Call, kind: type[Entity], draft: Draft) -> None:
    """Raises WAFDuplicateItemException, or WAFLimitsExceededException where there are as many as there can be."""
    if draft.existing is not None:
        raise WAFDuplicateItemException
    prefix, most = f"{draft.named.scope}/", MOST[kind]
    if len(call.store.list(kind, prefix=prefix, limit=most)) >= most:
        raise WAFLimitsExceededException(kind.__name__)
