"""Amazon Resource Names."""

PARTITION = "aws"


def arn(service: str, region: str, account: str, resource: str) -> str:
    """``arn:partition:service:region:account:resource``."""
    return f"arn:{PARTITION}:{service}:{region}:{account}:{resource}"
