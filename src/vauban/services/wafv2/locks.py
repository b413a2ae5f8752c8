"""Lock tokens: who changes or deletes something must have seen it as it is.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html, ``LockToken``
"""

import hmac
from typing import TypeVar

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.wafv2.errors import (
    WAFAssociatedItemException,
    WAFDuplicateItemException,
    WAFLimitsExceededException,
    WAFOptimisticLockException,
)
from vauban.services.wafv2.resolvers import Draft
from vauban.services.wafv2.resources import Entity, IPSet, RegexPatternSet, RuleGroup, WebACL

E = TypeVar("E", bound=Entity)
MOST: dict[type[Entity], int] = {WebACL: 100, RuleGroup: 100, IPSet: 100, RegexPatternSet: 10}
"""In an account, a Region and a scope. Source: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


def require_new(call: Call, kind: type[Entity], draft: Draft) -> None:
    """Raises WAFDuplicateItemException, or WAFLimitsExceededException where there are as many as there can be."""
    if draft.existing is not None:
        raise WAFDuplicateItemException
    prefix, most = f"{draft.named.scope}/", MOST[kind]
    if len(call.store.list(kind, prefix=prefix, limit=most)) >= most:
        raise WAFLimitsExceededException(kind.__name__)


def require_lock(entity: Entity, lock_token: str) -> None:
    """Raises WAFOptimisticLockException where the entity is another than its lock token was given for."""
    if not hmac.compare_digest(entity.lock_token, lock_token):
        raise WAFOptimisticLockException


def changed(call: Call, entity: E, lock_token: str, **changes: object) -> E:
    """The entity, changed by who has its lock token, and under its next. Raises WAFOptimisticLockException."""
    require_lock(entity, lock_token)
    new = replace(entity, lock_token=call.uuid(), **changes)
    call.store.put(new)
    return new


def deleted(call: Call, entity: Entity, lock_token: str, *, used: bool) -> None:
    """Forget the entity. Raises WAFOptimisticLockException, or WAFAssociatedItemException while it is used."""
    require_lock(entity, lock_token)
    if used:
        raise WAFAssociatedItemException
    call.store.delete(entity)
