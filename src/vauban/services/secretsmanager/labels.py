"""Staging labels: each is on one version at most. Pure.

Source: "What's in a Secrets Manager secret?", AWS Secrets Manager User Guide.
"""

from collections.abc import Iterable, Mapping

from vauban.services.secretsmanager.errors import InvalidParameterException, LimitExceededException
from vauban.services.secretsmanager.resources import CURRENT, PREVIOUS

MOST = 20
"""Labels on one version."""

Stages = dict[str, str]
"""Label -> version id."""


def attached(stages: Mapping[str, str], version_id: str, labels: Iterable[str]) -> Stages:
    """``stages`` with ``labels`` moved to the version; where AWSCURRENT leaves another, AWSPREVIOUS goes to that."""
    labels = tuple(labels)
    was_current = stages.get(CURRENT)
    moved = {**stages, **dict.fromkeys(labels, version_id)}
    if CURRENT in labels and was_current not in (None, version_id):
        moved[PREVIOUS] = was_current
    if sum(each == version_id for each in moved.values()) > MOST:
        raise LimitExceededException(f"A secret version can have at most {MOST} staging labels.")
    return moved


def moved(stages: Mapping[str, str], label: str, remove_from: str | None, move_to: str | None) -> Stages:
    """What UpdateSecretVersionStage makes of ``stages``. Raises InvalidParameterException."""
    holder = stages.get(label)
    if move_to is None and remove_from is None:
        raise InvalidParameterException("You must specify RemoveFromVersionId, MoveToVersionId, or both.")
    if holder is not None and holder != move_to:
        _require_named(label, holder, remove_from)
    elif remove_from is not None and remove_from != holder:
        raise InvalidParameterException(
            f"The staging label {label} is not attached to version {remove_from}."
            if holder is None
            else _must_be_its_holder(label)
        )
    if move_to is None:
        return _removed(stages, label)
    return attached(stages, move_to, (label,))


def _require_named(label: str, holder: str, remove_from: str | None) -> None:
    if remove_from is None:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if remove_from != holder:
        raise InvalidParameterException(_must_be_its_holder(label))


def _must_be_its_holder(label: str) -> str:
    return (
        f"When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version that "
        f"currently has the staging label {label}."
    )


def _removed(stages: Mapping[str, str], label: str) -> Stages:
    if label == CURRENT:
        raise InvalidParameterException(
            "You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed."
        )
    return {each: version_id for each, version_id in stages.items() if each != label}
