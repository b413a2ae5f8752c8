"""When imported key material expires.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-import-key-material.html
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.services.kms.resources import Material

EXPIRES = "KEY_MATERIAL_EXPIRES"
DOES_NOT_EXPIRE = "KEY_MATERIAL_DOES_NOT_EXPIRE"
LONGEST = timedelta(days=365)


def expiration(materials: Iterable[Material]) -> dict[str, Any]:
    """``ExpirationModel``, and the earliest ``ValidTo``, of the material that is there; nothing where none is."""
    imported = [each for each in materials if each.imported]
    if not imported:
        return {}
    days = [each.valid_to for each in imported if each.valid_to is not None]
    return {"ExpirationModel": EXPIRES, "ValidTo": min(days)} if days else {"ExpirationModel": DOES_NOT_EXPIRE}


def require_valid_to(call: Call, model: str, valid_to: datetime | None) -> None:
    """Raises ValidationException unless the day is one that the expiration model takes."""
    if model == DOES_NOT_EXPIRE:
        if valid_to is not None:
            raise ValidationException(f"ValidTo must not be specified where ExpirationModel is {DOES_NOT_EXPIRE}.")
        return
    if valid_to is None:
        raise ValidationException(f"A ValidTo date must be specified where ExpirationModel is {EXPIRES}.")
    if not call.now < valid_to <= call.now + LONGEST:
        raise ValidationException(f"ValidTo must be in the future, by no more than {LONGEST.days} days.")
