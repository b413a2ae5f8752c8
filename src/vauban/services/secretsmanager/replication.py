"""A secret kept after a change, and the word of it to its replicas."""

from dataclasses import replace

from vauban.kernel.calls import Call
from vauban.services.secretsmanager.resources import Secret, Version


def keep(call: Call, secret: Secret, version: Version | None = None, content: bytes = b"") -> Secret:
    """Keep the changed secret, and its new version with that content if there is one; the secret as it is kept."""
    kept = replace(secret, changed=call.now)
    call.store.put(kept)
    if version is not None:
        call.store.put(version)
    return kept
