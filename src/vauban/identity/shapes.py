"""The canonical form that requests with the same headers and signature parts share."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import NamedTuple

from vauban.identity import errors
from vauban.identity.canonical import canonical_value
from vauban.identity.claims import Claim

_MAY_BE_UNSIGNED = frozenset(("x-amz-security-token",))
"""A token needs no signature of its own: another token is another secret key."""


class Shape(NamedTuple):
    """What to take from a request, and where to put it."""

    template: str
    """Takes method, path, query, the signed headers' values, and the payload's hash."""
    values: Callable[[Mapping[str, str]], tuple[str, ...]]
    date_header: str
    """The header that tells the time, unless the query does."""
    declares_payload: bool
    """Whether ``x-amz-content-sha256`` is there."""

    def canonical_request(self, method: str, path: str, query: str, headers: Mapping[str, str], payload: str) -> str:
        values = self.values(headers)
        text = self.template % (method, path, query, *values, payload)
        if " " in text or "\t" in text:
            text = self.template % (method, path, query, *map(canonical_value, values), payload)
        return text


def make_shape(headers: Mapping[str, str], claim: Claim) -> Shape:
    """Raises AwsError where a header is unsigned that must not be, or one that is signed is missing."""
    signed = claim.signed_headers
    unsigned = [
        name for name in headers if name.startswith("x-amz-") and name not in signed and name not in _MAY_BE_UNSIGNED
    ]
    if unsigned:
        raise errors.unsigned_headers(claim.service, unsigned)
    if any(name not in headers for name in signed):
        raise errors.mismatch(claim.service)
    lines = "".join(f"{name.replace('%', '%%')}:%s\n" for name in signed)
    return Shape(
        template=f"%s\n%s\n%s\n{lines}\n{';'.join(signed).replace('%', '%%')}\n%s",
        values=itemgetter(*signed) if len(signed) > 1 else _only(signed[0]),
        date_header="x-amz-date" if "x-amz-date" in headers else "date",
        declares_payload="x-amz-content-sha256" in headers,
    )


def _only(name: str) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    return lambda headers: (headers[name],)
