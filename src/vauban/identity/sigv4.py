"""AWS Signature Version 4, verified.

What a caller's requests of one day have in common (the derived key, the signed headers, the canonical form) is kept
from the first that was right, so that each further one costs two hashes and one HMAC.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from collections.abc import Callable

from vauban.identity import errors
from vauban.identity.access_keys import AccessKey
from vauban.identity.canonical import canonical_path, canonical_query
from vauban.identity.claims import Claim, outdated_version, parse_authorization
from vauban.identity.errors import S3_SERVICES
from vauban.identity.hashes import sha256_hex
from vauban.identity.payloads import UNSIGNED, check_payload
from vauban.identity.presigned import Link, parse_link
from vauban.identity.sessions import Session
from vauban.identity.shapes import Shape, make_shape
from vauban.identity.signers import Identified, Signer
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

ANONYMOUS = Identified(None, None, "", "")
_SIGNATURE_DIGITS = 64
_SIGNERS = 4096


class Verifier:
    """Tells who signed a request."""

    def __init__(
        self,
        find: Callable[[str], AccessKey | None],
        now: Callable[[], float],
        session: Callable[[str], Session | None] | None = None,
        clock: Callable[[], float] | None = None,
    ):
        """``find`` gives an access key's newest record: the same object for as long as the record has not changed.

        ``now`` is real time in epoch seconds. ``session`` opens session tokens; without it there are none. They end
        by ``clock``, Vauban's own.
        """
        self._find = find
        self._now = now
        self._clock = clock or now
        self._session = session
        self._signers: dict[str, Signer] = {}

    def verify(self, request: Request, service: str = "", *, anonymous: bool = False) -> Identified:
        """Who signed the request. Raises AwsError, in the words of the service that it was signed for.

        ``service`` is the signing name that the signature must be for. A body in AWS's own chunks is replaced by what
        they carry. An unsigned request is an error, unless ``anonymous`` allows it.
        """
        authorization = request.headers.get("authorization")
        link = parse_link(request.query) if "X-Amz-" in request.query else None
        if authorization is not None:
            if link is not None:
                raise _two_mechanisms()
            identified = self._verify_header(request, authorization)
        elif link is not None:
            identified = self._verify_link(request, link)
        elif "AWSAccessKeyId=" in request.query:
            raise outdated_version()
        elif anonymous:
            return ANONYMOUS
        else:
            raise errors.missing_token()
        if service and identified.service != service:
            raise errors.wrong_service(service)
        return identified

    def _verify_header(self, request: Request, authorization: str) -> Identified:
        headers = request.headers
        now = self._now()
        token = headers.get("x-amz-security-token")
        beginning = authorization[:-_SIGNATURE_DIGITS]
        signer = self._signers.get(beginning)
        if signer is not None and self._is_current(signer, token):
            signature = authorization[-_SIGNATURE_DIGITS:]
            known = True
        else:
            claim = parse_authorization(authorization, "x-amz-date" in headers or "date" in headers)
            signer = self._meet(claim, token)
            signature = claim.signature
            known = False
        names = tuple(headers)
        known_shape = signer.shapes.get(names)
        shape = known_shape or _header_shape(headers, signer.claim)
        moment = signer.moment(headers[shape.date_header])
        signer.check_time(moment, now)
        payload = headers["x-amz-content-sha256"] if shape.declares_payload else sha256_hex(request.body)
        query = request.query and canonical_query(request.query)
        path = request.path if request.path == "/" else canonical_path(request.path, signer.claim.service)
        signer.check_signature(
            shape.canonical_request(request.method, path, query, headers, payload), moment, signature
        )
        if known_shape is None:
            signer.remember_shape(names, shape)
        if not known:
            self._keep(authorization, signature, signer)
        if shape.declares_payload:
            check_payload(request, payload, signer.claim.service, signer.key, moment.text, signature)
        return signer.identified

    def _verify_link(self, request: Request, link: Link) -> Identified:
        now = self._now()
        claim, headers = link.claim, request.headers
        signer = self._meet(claim, link.token)
        shape = make_shape(headers, claim)
        moment = signer.moment(link.date)
        signer.check_link_time(moment, now, link.seconds)
        payload = _link_payload(request, link)
        path = canonical_path(request.path, claim.service)
        text = shape.canonical_request(request.method, path, link.query, headers, payload)
        signer.check_signature(text, moment, claim.signature)
        check_payload(request, payload, claim.service, signer.key, moment.text, claim.signature)
        return signer.identified

    def _meet(self, claim: Claim, token: str | None) -> Signer:
        """The caller that a claim names. Raises AwsError where there is none, or none any more."""
        if token is not None:
            return Signer(claim, self._open_session(claim, token), token)
        access_key = self._find(claim.access_key_id)
        if access_key is None or access_key.status != "Active":
            raise errors.unrecognized_key(claim.service)
        return Signer(claim, Identified(access_key, None, claim.service, claim.region), None)

    def _open_session(self, claim: Claim, token: str) -> Identified:
        session = self._session(token) if self._session else None
        if session is None or session.principal.access_key_id != claim.access_key_id:
            raise errors.invalid_token(claim.service)
        if self._clock() >= session.expires:
            raise errors.expired_token(claim.service)
        return Identified(None, session, claim.service, claim.region)

    def _is_current(self, signer: Signer, token: str | None) -> bool:
        if signer.token != token:
            return False
        session = signer.identified.session
        if session is not None:
            return self._clock() < session.expires
        return self._find(signer.claim.access_key_id) is signer.identified.access_key

    def _keep(self, authorization: str, signature: str, signer: Signer) -> None:
        """Know this caller again by the header's beginning. Only who has once signed rightly takes up memory."""
        if authorization.endswith(f"Signature={signature}"):
            if len(self._signers) >= _SIGNERS:
                del self._signers[next(iter(self._signers))]
            self._signers[authorization[:-_SIGNATURE_DIGITS]] = signer


def _header_shape(headers: dict[str, str], claim: Claim) -> Shape:
    """The shape of a request signed in its headers: the time is one of them, and S3's declare the payload."""
    shape = make_shape(headers, claim)
    if shape.date_header not in claim.signed_headers:
        raise errors.unsigned_headers(claim.service, [shape.date_header])
    if claim.service in S3_SERVICES and not shape.declares_payload:
        raise AwsError("Missing required header for this request: x-amz-content-sha256", code="InvalidRequest")
    return shape


def _link_payload(request: Request, link: Link) -> str:
    declared = request.headers.get("x-amz-content-sha256", link.payload)
    if declared is not None:
        return declared
    if link.claim.service in S3_SERVICES:
        return UNSIGNED
    return sha256_hex(request.body)


def _two_mechanisms() -> AwsError:
    return AwsError(
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
        "or the Authorization header should be specified",
        code="InvalidArgument",
    )
