"""Requests signed in their query: links that work for whoever has them, for a while.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from typing import NamedTuple

from vauban.identity.canonical import join_parameters, split_parameters
from vauban.identity.claims import ALGORITHM, Claim, make_claim, unsupported_algorithm
from vauban.identity.errors import IncompleteSignatureException
from vauban.kernel.errors import AwsError

LONGEST_SECONDS = 7 * 24 * 3600
_NEEDED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature")
_SINGLE = (*_NEEDED, "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Content-Sha256")
_DEFAULT_SECONDS = 15 * 60
"""Of services that let the expiry be left out; S3 does not."""


class Link(NamedTuple):
    """A presigned request's parts."""

    claim: Claim
    date: str
    seconds: int
    """How long it is good for."""
    token: str | None
    payload: str | None
    """The payload's hash, where the query tells it."""
    query: str
    """The canonical query that was signed: all but the signature."""


def parse_link(query: str) -> Link | None:
    """The parts of a presigned query, or None where it is not presigned. Raises AwsError where it is malformed."""
    parameters = split_parameters(query)
    names = [name for name, _ in parameters]
    if "X-Amz-Signature" not in names and "X-Amz-Credential" not in names:
        return None
    said = dict(parameters)
    lacking = [name for name in _NEEDED if not said.get(name)]
    repeated = [name for name in _SINGLE if names.count(name) > 1]
    is_s3 = said.get("X-Amz-Credential", "").endswith("/s3/aws4_request")
    if lacking or repeated or (is_s3 and "X-Amz-Expires" not in said):
        raise _lacking(is_s3, lacking or repeated)
    if said["X-Amz-Algorithm"] != ALGORITHM:
        raise unsupported_algorithm(said["X-Amz-Algorithm"])
    return Link(
        claim=make_claim(said["X-Amz-Credential"], said["X-Amz-SignedHeaders"], said["X-Amz-Signature"]),
        date=said["X-Amz-Date"],
        seconds=_seconds(said.get("X-Amz-Expires"), is_s3),
        token=said.get("X-Amz-Security-Token"),
        payload=said.get("X-Amz-Content-Sha256"),
        query=join_parameters(each for each in parameters if each[0] != "X-Amz-Signature"),
    )


def _lacking(is_s3: bool, names: list[str]) -> AwsError:
    if is_s3:
        return _malformed(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    return IncompleteSignatureException(
        " ".join(f"AWS query-string parameters must include '{name}' once." for name in names)
    )


def _seconds(text: str | None, is_s3: bool) -> int:
    if text is None:
        return _DEFAULT_SECONDS
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        problem = "X-Amz-Expires should be a number"
    elif int(text) > LONGEST_SECONDS:
        problem = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"  # noqa: E501
    elif int(text) == 0 and not is_s3:
        problem = "X-Amz-Expires must be positive"
    else:
        return int(text)
    raise _malformed(problem) if is_s3 else IncompleteSignatureException(problem)


def _malformed(sentence: str) -> AwsError:
    return AwsError(sentence, code="AuthorizationQueryParametersError", status=400)
