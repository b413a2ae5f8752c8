"""Amazon Resource Names."""

import re
from typing import NamedTuple

PARTITION = "aws"
_ARN = re.compile(r"arn:aws[\w-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}):(.+)", re.DOTALL)


class Parts(NamedTuple):
    service: str
    region: str
    account: str
    named: str
    """What the ARN names, by the service's own words: ``rule/nightly``."""


def arn(service: str, region: str, account: str, resource: str) -> str:
    """``arn:partition:service:region:account:resource``."""
    return f"arn:{PARTITION}:{service}:{region}:{account}:{resource}"


def parts_of(arn: str) -> Parts | None:
    """None for what is no ARN of an account's resource."""
    matched = _ARN.fullmatch(arn)
    return None if matched is None else Parts(*matched.groups())


def queue_url(arn: str) -> str:
    """What SQS knows the queue of an ARN by."""
    _, region, account, name = parts_of(arn)
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"
