"""What a request's host says: the service of an endpoint, and S3's bucket."""

import re

from vauban.aws.catalog import Entry, catalog
from vauban.kernel.requests import Request

MOST_LABELS = 12
REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", re.ASCII)
BUCKET_HOST = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3[.-]", re.ASCII)
LOCAL_BUCKET_HOST = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.localhost", re.ASCII)


def hostname(request: Request) -> str:
    return request.headers.get("host", "").rpartition("@")[2].partition(":")[0].lower()


def entries(request: Request) -> tuple[Entry, ...]:
    """The services whose endpoint prefix is in the host: ``sts.us-east-1.amazonaws.com``, ``bucket.s3.localhost``."""
    labels = hostname(request).split(".")[:MOST_LABELS]
    by_prefix = catalog().by_endpoint_prefix
    for start in range(len(labels)):
        for end in (start + 2, start + 1):
            if found := by_prefix.get(".".join(labels[start:end])):
                return found
    return ()


def region(request: Request) -> str | None:
    """The Region that a host names: ``sts.eu-west-1.amazonaws.com``."""
    labels = hostname(request).split(".")[:MOST_LABELS]
    return next((label for label in labels if REGION.fullmatch(label)), None)


def bucket(request: Request) -> str | None:
    """The bucket of a virtual-hosted S3 request: what stands before ``.s3.`` or ``.localhost``."""
    host = hostname(request)
    if host.startswith(("s3.", "s3-")):
        return None
    matched = BUCKET_HOST.match(host) or LOCAL_BUCKET_HOST.fullmatch(host)
    return matched[1] if matched else None


def path_with_bucket(request: Request) -> str:
    """An S3 request's path in the path style."""
    found = bucket(request)
    return request.path if found is None else f"/{found}{request.path}"
