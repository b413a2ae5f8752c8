"""ARNs of what identity keeps: it belongs to an account, and to no Region."""

from vauban.kernel.arns import arn


def identity_arn(account: str, noun: str, path: str, name: str) -> str:
    """``arn:aws:iam::account:noun/path/name``; ``path`` begins and ends with ``/``."""
    return arn("iam", "", account, f"{noun}{path}{name}")
