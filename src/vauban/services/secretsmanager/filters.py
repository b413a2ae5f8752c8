"""Filters of ListSecrets and BatchGetSecretValue. Pure.

Filters must all hold, of a filter's values one. A value with ``!`` before it must not fit: of several, none may.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from vauban.services.secretsmanager.resources import Secret

Test = Callable[[Secret], bool]

ATTRIBUTES: dict[str, Callable[[Secret], Iterable[str]]] = {
    "name": lambda secret: (secret.name,),
    "description": lambda secret: (secret.description,),
    "tag-key": lambda secret: secret.tags,
    "tag-value": lambda secret: secret.tags.values(),
    "primary-region": lambda secret: (secret.primary_region or (secret.region if secret.replicas else ""),),
    "owning-service": lambda secret: (secret.owning_service,),
}
WITHOUT_CASE = frozenset({"description"})
_WORD = re.compile(r"[^ /_+=.@!:-]+")


def every(filters: Iterable[dict[str, Any]]) -> Test:
    """Whether a secret passes all of ``filters``, in the model's shape."""
    tests = [_test(each["Key"], each["Values"]) for each in filters if each.get("Key") and each.get("Values")]
    return lambda secret: all(test(secret) for test in tests)


def _test(key: str, values: list[str]) -> Test:
    wanted = [_fits(key, value) for value in values if not value.startswith("!")]
    unwanted = [_fits(key, value[1:]) for value in values if value.startswith("!")]

    def test(secret: Secret) -> bool:
        if any(fits(secret) for fits in unwanted):
            return False
        return not wanted or any(fits(secret) for fits in wanted)

    return test


def _fits(key: str, value: str) -> Test:
    if key == "all":
        words = [word.lower() for word in value.split()]
        return lambda secret: all(any(each.startswith(word) for each in _texts(secret)) for word in words)
    of = ATTRIBUTES[key]
    if key in WITHOUT_CASE:
        return _starts_without_case(of, value.lower())
    return lambda secret: any(each.startswith(value) for each in of(secret))


def _starts_without_case(of: Callable[[Secret], Iterable[str]], value: str) -> Test:
    return lambda secret: any(each.lower().startswith(value) for each in of(secret))


def _texts(secret: Secret) -> set[str]:
    """Every attribute, whole and word by word, in lower case."""
    found: set[str] = set()
    for of in ATTRIBUTES.values():
        for text in of(secret):
            found |= {text.lower(), *_WORD.findall(text.lower())}
    return found
