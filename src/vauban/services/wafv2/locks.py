"""Lock tokens: who changes or deletes something must have seen it as it is.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html, ``LockToken``
"""

import hmac
from typing import TypeVar

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.wafv2.errors import (
    WAFAssociatedItemException,
    WAFOptimisticLockException,
)
from vauban.services.wafv2.resources import Entity

E = TypeVar("E", bound=Entity)


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
