"""Names of trails, of their buckets, and of what is in them: which can be, and in AWS's words which cannot.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
"""

import re
from typing import NamedTuple

from vauban.services.cloudtrail.errors import (
    CloudTrailARNInvalidException,
    InvalidS3BucketNameException,
    InvalidS3PrefixException,
    InvalidTrailNameException,
)

SHORTEST, LONGEST = 3, 128
LONGEST_PREFIX = 200
_ARN = re.compile(r"arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):([0-9]{12}):([a-z]+)/([^/]+)")
_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()&$@=;:+ ,?/-]+")


class Arn(NamedTuple):
    region: str
    account: str
    noun: str
    """``trail``, ``eventdatastore``, ``channel``, ``dashboard``."""
    name: str


def parse_arn(text: str) -> Arn:
    """Raises CloudTrailARNInvalidException."""
    match = _ARN.fullmatch(text)
    if match is None:
        raise CloudTrailARNInvalidException(f"The ARN {text} is not valid.")
    return Arn(*match.groups())


def require_trail_name(name: str) -> None:
    """Raises InvalidTrailNameException."""
    if len(name) < SHORTEST:
        raise InvalidTrailNameException(
            f"Trail name too short. Minimum allowed length: {SHORTEST} characters. "
            f"Specified name length: {len(name)} characters."
        )
    if len(name) > LONGEST:
        raise InvalidTrailNameException(
            f"Trail name too long. Maximum allowed length: {LONGEST} characters. "
            f"Specified name length: {len(name)} characters."
        )
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise InvalidTrailNameException(
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
            "hyphens (-), and underscores (_)."
        )
    if not name[0].isalnum():
        raise InvalidTrailNameException("Trail name must starts with a letter or number.")
    if not name[-1].isalnum():
        raise InvalidTrailNameException("Trail name must ends with a letter or number.")
    if re.search(r"[._-]{2}", name):
        raise InvalidTrailNameException("Trail name cannot have adjacent periods, underscores or dashes.")
    if _ADDRESS.fullmatch(name):
        raise InvalidTrailNameException("Trail name cannot be in IP address format.")


def require_bucket_name(name: str) -> None:
    """Raises InvalidS3BucketNameException."""
    if not _BUCKET.fullmatch(name) or ".." in name or _ADDRESS.fullmatch(name):
        raise InvalidS3BucketNameException(f"The specified S3 bucket name {name} is not valid.")


def require_prefix(prefix: str) -> None:
    """Raises InvalidS3PrefixException, also for what would lead out of the bucket where that is a directory."""
    parts = prefix.split("/")
    if len(prefix) > LONGEST_PREFIX:
        raise InvalidS3PrefixException(f"The S3 prefix is longer than {LONGEST_PREFIX} characters.")
    if prefix and (not _PREFIX.fullmatch(prefix) or not {"", ".", ".."}.isdisjoint(parts)):
        raise InvalidS3PrefixException(f"The specified S3 prefix {prefix} is not valid.")
