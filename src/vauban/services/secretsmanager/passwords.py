"""GetRandomPassword."""

import string
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.secretsmanager.errors import InvalidParameterException

DEFAULT_LENGTH = 32


class Draws:
    """Numbers below a bound, each as likely as any other, from the call's randomness."""

    def __init__(self, call: Call):
        self._call = call
        self._bytes = b""

    def below(self, bound: int) -> int:
        """Draws again where a remainder would favour the small numbers."""
        limit = 2**16 // bound * bound
        while (drawn := int.from_bytes(self._take())) >= limit:
            pass
        return drawn % bound

    def shuffled(self, characters: list[str]) -> str:
        for last in range(len(characters) - 1, 0, -1):
            other = self.below(last + 1)
            characters[last], characters[other] = characters[other], characters[last]
        return "".join(characters)

    def _take(self) -> bytes:
        if not self._bytes:
            self._bytes = self._call.random(256)
        taken, self._bytes = self._bytes[:2], self._bytes[2:]
        return taken


@operation("GetRandomPassword")
def get_random_password(
    call: Call,
    password_length: int = DEFAULT_LENGTH,
    exclude_characters: str = "",
    exclude_numbers: bool = False,
    exclude_punctuation: bool = False,
    exclude_uppercase: bool = False,
    exclude_lowercase: bool = False,
    include_space: bool = False,
    require_each_included_type: bool = True,
) -> dict[str, Any]:
    types = [
        "" if exclude_uppercase else string.ascii_uppercase,
        "" if exclude_lowercase else string.ascii_lowercase,
        "" if exclude_numbers else string.digits,
        "" if exclude_punctuation else string.punctuation,
        " " if include_space else "",
    ]
    included = [kept for each in types if each and (kept := _without(each, exclude_characters))]
    if not included:
        raise InvalidParameterException("The password needs at least one type of character that is not excluded.")
    required = included if require_each_included_type else []
    if len(required) > password_length:
        raise InvalidParameterException("Password length is too short based on the required types.")
    draws, alphabet = Draws(call), "".join(included)
    drawn = [each[draws.below(len(each))] for each in required]
    drawn += [alphabet[draws.below(len(alphabet))] for _ in range(password_length - len(drawn))]
    return {"RandomPassword": draws.shuffled(drawn)}


def _without(characters: str, excluded: str) -> str:
    return "".join(each for each in characters if each not in excluded)
