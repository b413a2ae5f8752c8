"""ListSecrets: the secrets of an account and Region, in pages, sorted and filtered.

By age, oldest first, it walks along ``Listing`` and reads no more than a page; what is filtered is looked for among
``MOST_LOOKED_AT`` secrets a call, and where that ends the next page goes on. Other orders need all of them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.secretsmanager.filters import Test, every
from vauban.services.secretsmanager.lists import after_token, next_token
from vauban.services.secretsmanager.resources import Listing, Secret, listing_key
from vauban.services.secretsmanager.secrets import described

DEFAULT_SIZE = 100
MOST_LOOKED_AT = 10_000
STRIDE = 200

ORDERS: dict[str, Callable[[Secret], Any]] = {
    "created-date": lambda secret: listing_key(secret.created, secret.name),
    "last-accessed-date": lambda secret: f"{secret.accessed_day:010} {secret.name}",
    "last-changed-date": lambda secret: f"{_stamp(secret.changed)} {secret.name}",
    "name": lambda secret: secret.name,
}


@operation("ListSecrets")
def list_secrets(
    call: Call,
    include_planned_deletion: bool = False,
    max_results: int = DEFAULT_SIZE,
    next_token: str | None = None,
    filters: list[dict[str, Any]] | None = None,
    sort_order: str = "asc",
    sort_by: str = "created-date",
) -> dict[str, Any]:
    passes = every(filters or [])
    of = f"{filters} {include_planned_deletion} {sort_by} {sort_order}"

    def wanted(secret: Secret) -> bool:
        return (include_planned_deletion or secret.deletion_date is None) and passes(secret)

    if (sort_by, sort_order) == ("created-date", "asc"):
        found, token = by_age(call, wanted, max_results, next_token, of)
        told: dict[str, Any] = {"SecretList": [entry(each) for each in found]}
        return {**told, "NextToken": token} if token else told
    return _sorted(call, wanted, sort_by, sort_order == "desc", max_results, next_token, of)


def by_age(call: Call, wanted: Test, size: int, token: str | None, of: str) -> tuple[list[Secret], str | None]:
    """A page of the secrets that are ``wanted``, oldest first, and the token of the next page if there is one."""
    found: list[Secret] = []
    last = ""
    for looked_at, (place, secret) in enumerate(_walk(call, after_token(call, token, of))):
        if looked_at >= MOST_LOOKED_AT:
            return found, next_token(call, last, of)
        if wanted(secret):
            if len(found) == size:
                return found, next_token(call, last, of)
            found.append(secret)
        last = place
    return found, None


def entry(secret: Secret) -> dict[str, Any]:
    """The model's ``SecretListEntry``."""
    told = described(secret)
    return {**told, "SecretVersionsToStages": secret.versions_to_stages} if secret.stages else told


def _walk(call: Call, after: str) -> Iterator[tuple[str, Secret]]:
    while places := call.store.list(Listing, after=after, limit=STRIDE):
        for place in places:
            secret = call.store.get(Secret, place.name)
            if secret is not None:
                yield place.id, secret
        after = places[-1].id


def _sorted(
    call: Call, wanted: Test, sort_by: str, backwards: bool, size: int, token: str | None, of: str
) -> dict[str, Any]:
    order = ORDERS[sort_by]
    chosen = sorted((each for each in call.store.list(Secret) if wanted(each)), key=order, reverse=backwards)
    after = after_token(call, token, of)
    if after:
        chosen = [each for each in chosen if (order(each) < after if backwards else order(each) > after)]
    told: dict[str, Any] = {"SecretList": [entry(each) for each in chosen[:size]]}
    if len(chosen) > size:
        told["NextToken"] = next_token(call, order(chosen[size - 1]), of)
    return told


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():017.6f}"
