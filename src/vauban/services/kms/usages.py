"""Whether a key is made for what is asked of it: its usage and its algorithms."""

from collections.abc import Collection

from vauban.kernel.calls import Call
from vauban.services.kms.errors import InvalidKeyUsageException
from vauban.services.kms.resources import Key


def require_usage(call: Call, key: Key, usage: str) -> None:
    """Raises InvalidKeyUsageException where the key was created for something else."""
    if key.key_usage != usage:
        raise InvalidKeyUsageException(
            f"{key.arn} key usage is {key.key_usage} which is not valid for {call.operation.name}."
        )


def require_algorithm(key: Key, algorithm: str, supported: Collection[str]) -> None:
    """Raises InvalidKeyUsageException where the key's material does not work with ``algorithm``."""
    if algorithm not in supported:
        raise InvalidKeyUsageException(f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}.")


def require_symmetric(call: Call, key: Key) -> None:
    """Raises InvalidKeyUsageException unless data keys can be encrypted under it."""
    require_usage(call, key, "ENCRYPT_DECRYPT")
    require_algorithm(key, "SYMMETRIC_DEFAULT", key.spec.plaintext_limits)
