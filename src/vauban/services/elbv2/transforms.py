"""What a rule changes of a request before it is forwarded."""

import re
from collections.abc import Iterable
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.patterns.expressions import LONGEST, expression

Transform = dict[str, Any]
_CONFIGS = {"host-header-rewrite": "HostHeaderRewriteConfig", "url-rewrite": "UrlRewriteConfig"}


def checked(given: Iterable[Transform]) -> tuple[Transform, ...]:
    """At most one of each kind. Raises ValidationException."""
    transforms = tuple(given)
    kinds = [each["Type"] for each in transforms]
    if len(set(kinds)) != len(kinds):
        raise ValidationException("A rule can only have one transform of each type")
    for each in transforms:
        _require_rewrite(each)
    return transforms


def _require_rewrite(transform: Transform) -> None:
    own = _CONFIGS[transform["Type"]]
    if set(transform) != {"Type", own}:
        raise ValidationException(f"'{own}' alone must be specified for the transform type '{transform['Type']}'")
    rewrites = transform[own].get("Rewrites", [])
    if len(rewrites) != 1:
        raise ValidationException(f"'{own}' must have exactly one rewrite")
    wanted, replacement = rewrites[0]["Regex"], rewrites[0]["Replace"]
    if not 1 <= len(wanted) <= LONGEST or len(replacement) > LONGEST:
        raise ValidationException(f"A rewrite's expression and replacement can have up to {LONGEST} characters")
    try:
        groups = expression(wanted).groups
    except ValueError:
        raise ValidationException(f"The regular expression '{wanted}' is not valid") from None
    if any(int(each) > groups for each in re.findall(r"\$([0-9])", replacement)):
        raise ValidationException(f"The replacement '{replacement}' names a group that the expression does not have")
