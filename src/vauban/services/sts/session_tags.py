"""Session tags: passed with a call, or handed on from one role to the next.

Source: IAM User Guide, "Pass session tags in AWS STS".
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.services.sts.errors import InvalidParameterValue


class SessionTags(NamedTuple):
    tags: dict[str, str]
    transitive: tuple[str, ...]


def read_tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags by key. Raises InvalidParameterValue or ValidationException."""
    listed = list(tags)
    found = {each["Key"]: each["Value"] for each in listed}
    if len({key.lower() for key in found}) != len(listed):
        raise InvalidParameterValue("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    reserved = next((key for key in found if key.lower().startswith("aws:")), None)
    if reserved is not None:
        raise ValidationException(f"Tag keys cannot begin with aws:, which is reserved for AWS: {reserved}")
    return found


def session_tags(call: Call, given: Iterable[Mapping[str, str]], transitive: Iterable[str]) -> SessionTags:
    """The tags given and those that the calling session hands on, and which go on from here.

    Raises InvalidParameterValue or ValidationException.
    """
    tags, inherited = read_tags(given), inherited_tags(call)
    going_on = transitive_keys(tags, transitive)
    if not {key.lower() for key in inherited}.isdisjoint(key.lower() for key in tags):
        raise InvalidParameterValue(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    return SessionTags({**inherited, **tags}, (*inherited, *going_on))


def transitive_keys(tags: Mapping[str, str], transitive: Iterable[str]) -> tuple[str, ...]:
    """The keys that go on, as ``tags`` spell them. Raises InvalidParameterValue."""
    named = {key.lower(): key for key in tags}
    if any(key.lower() not in named for key in transitive):
        raise InvalidParameterValue("The specified transitive tag key must be included in the requested tags.")
    return tuple(named[key.lower()] for key in transitive)


def inherited_tags(call: Call) -> dict[str, str]:
    """The tags that the calling session hands on."""
    session = call.principal.session
    transitive = session.transitive_tags if session else ()
    return {key: call.principal.tags[key] for key in transitive if key in call.principal.tags}
