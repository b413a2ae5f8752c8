"""Regular expressions of customers' own, put to what anybody sends: RE2's, whose time no text can make longer."""

from typing import Any

import re2

LONGEST = 1024


def expression(pattern: str, *, caseless: bool = False) -> Any:
    """What has ``search``, ``sub`` and ``groups`` as in ``re``.

    Raises ValueError where it is none, or asks for what takes ever longer: look-around and back references.
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"a regular expression has {LONGEST} characters at most")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not caseless
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"{pattern!r} is no regular expression here: {error}") from None
