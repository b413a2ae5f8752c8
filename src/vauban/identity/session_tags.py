"""Tags of a session, over those of the user or role behind it."""

from collections.abc import Mapping


def merged(own: Mapping[str, str], session: Mapping[str, str]) -> dict[str, str]:
    """The session's tags, and those of ``own`` that it does not override. Keys compare without case."""
    if not session:
        return dict(own)
    overridden = {key.lower() for key in session}
    return {**{key: value for key, value in own.items() if key.lower() not in overridden}, **session}
