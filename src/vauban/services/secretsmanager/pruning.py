"""Outdated versions: those without a label, beyond the newest hundred, and older than a day.

Source: "What's in a Secrets Manager secret?" and PutSecretValue, AWS Secrets Manager.
"""

from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.secretsmanager.resources import Secret, Version

KEPT = 100
SAFE_FOR = timedelta(hours=24)


def pruned_some_day(call: Call, secret: Secret) -> Secret:
    """The secret, due a day from now where it has too many versions."""
    if secret.version_count <= KEPT or secret.prune_at is not None:
        return secret
    return replace(secret, prune_at=call.now + SAFE_FOR)


def prune(call: Call, secret: Secret) -> list[str]:
    """Forget what is outdated, and keep the secret as it then is; the ids of the versions that went."""
    versions = call.store.list(Version, index="secret", value=secret.key)
    labelled = set(secret.stages.values())
    oldest_first = sorted((each for each in versions if each.version_id not in labelled), key=lambda each: each.created)
    excess = oldest_first[: max(len(versions) - KEPT, 0)]
    outdated = [each for each in excess if each.created + SAFE_FOR <= call.now]
    for version in outdated:
        call.store.delete(version)
    waiting = excess[len(outdated) :]
    again = waiting[0].created + SAFE_FOR if waiting else None
    call.store.put(replace(secret, version_count=len(versions) - len(outdated), prune_at=again))
    return [each.version_id for each in outdated]
