"""What load balancers and target groups may be called."""

import re

from vauban.kernel.errors import ValidationException

LONGEST = 32
_CHARACTERS = re.compile(r"[A-Za-z0-9-]+")


def require_name(name: str, noun: str) -> None:
    """``noun``: ``load balancer``, ``target group``. Raises ValidationException."""
    if not name:
        raise ValidationException(f"The {noun} name cannot be empty")
    if len(name) > LONGEST:
        raise ValidationException(f"The {noun} name '{name}' cannot be longer than '{LONGEST}' characters")
    if _CHARACTERS.fullmatch(name) is None:
        raise ValidationException(
            f"The {noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )
    if name.startswith("-") or name.endswith("-"):
        raise ValidationException(f"The {noun} name '{name}' cannot begin or end with a hyphen(-)")


def require_load_balancer_name(name: str) -> None:
    """Raises ValidationException."""
    require_name(name, "load balancer")
    if name.startswith("internal-"):
        raise ValidationException(f"The load balancer name '{name}' cannot begin with 'internal-'")
