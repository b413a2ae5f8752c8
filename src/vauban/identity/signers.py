"""Callers as they sign on one day, for one service, over one set of headers."""

import hmac
from typing import NamedTuple

from vauban.identity import errors
from vauban.identity.access_keys import AccessKey
from vauban.identity.claims import ALGORITHM, Claim
from vauban.identity.errors import IncompleteSignatureException, InvalidSignatureException
from vauban.identity.hashes import sha256_hex
from vauban.identity.moments import Moment, basic_format, parse_moment, skew_minutes
from vauban.identity.sessions import Session
from vauban.identity.shapes import Shape
from vauban.identity.signing_keys import SigningKey
from vauban.kernel.errors import AwsError

_SHAPES = 64
_MOMENTS = 2048


class Identified(NamedTuple):
    """Who asks, and what the signature was made for."""

    access_key: AccessKey | None
    session: Session | None
    """The session, where the credentials are temporary; then there is no access key's record."""
    service: str
    region: str


class Signer:
    """What the requests of one caller have in common, worked out once."""

    __slots__ = ("_moments", "_skew_minutes", "_skew_seconds", "claim", "identified", "key", "shapes", "token")

    def __init__(self, claim: Claim, identified: Identified, token: str | None):
        owner = identified.session or identified.access_key
        self.claim = claim
        self.identified = identified
        self.token = token
        self.key = SigningKey(owner.secret_access_key, claim.date, claim.region, claim.service)
        self._skew_minutes = skew_minutes(claim.service)
        self._skew_seconds = 60 * self._skew_minutes
        self.shapes: dict[tuple[str, ...], Shape] = {}
        """By the names of a request's headers, in their order."""
        self._moments: dict[str, Moment] = {}

    def remember_shape(self, names: tuple[str, ...], shape: Shape) -> None:
        """Keep the shape of a request that was signed rightly."""
        if len(self.shapes) >= _SHAPES:
            self.shapes.clear()
        self.shapes[names] = shape

    def moment(self, text: str) -> Moment:
        """The time of a request, which must be of the day that the key is for. Raises AwsError."""
        moment = self._moments.get(text)
        if moment is None:
            moment = self._read_moment(text)
            if len(self._moments) >= _MOMENTS:
                self._moments.clear()
            self._moments[text] = moment
        return moment

    def check_time(self, moment: Moment, now: float) -> None:
        """A signed request is good for minutes. Raises AwsError."""
        age = now - moment.seconds
        if not -self._skew_seconds <= age <= self._skew_seconds:
            raise self._expired(moment, now) if age > 0 else self._early(moment, now)

    def check_link_time(self, moment: Moment, now: float, seconds: int) -> None:
        """A presigned request is good for ``seconds``. Raises AwsError."""
        if now - moment.seconds > seconds:
            end, present = basic_format(moment.seconds + seconds), basic_format(now)
            raise errors.expired_link(self.claim.service, f"Signature expired: {end} is now earlier than {present}")
        if moment.seconds - now > self._skew_seconds:
            raise self._early(moment, now)

    def check_signature(self, canonical_request: str, moment: Moment, signature: str) -> None:
        """Raises AwsError where ``signature`` is not this caller's for the request."""
        try:
            digest = sha256_hex(canonical_request.encode("latin-1"))
        except UnicodeEncodeError:
            raise errors.mismatch(self.claim.service) from None
        expected = self.key.sign(ALGORITHM, moment.text, digest)
        if not (signature.isascii() and hmac.compare_digest(expected, signature)):
            raise errors.mismatch(self.claim.service)

    def _read_moment(self, text: str) -> Moment:
        moment = parse_moment(text)
        if moment is None:
            raise IncompleteSignatureException(
                f"Date must be in ISO-8601 'basic format'. Got '{text[:64]}'. See http://en.wikipedia.org/wiki/ISO_8601"
            )
        if moment.text[:8] != self.claim.date:
            raise InvalidSignatureException(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                f"'{self.claim.date[:64]}' != '{moment.text[:8]}', from '{moment.text}'."
            )
        return moment

    def _expired(self, moment: Moment, now: float) -> AwsError:
        minutes = self._skew_minutes
        earliest, present = basic_format(now - minutes * 60), basic_format(now)
        sentence = f"Signature expired: {moment.text} is now earlier than {earliest} ({present} - {minutes} min.)"
        return errors.out_of_time(self.claim.service, sentence)

    def _early(self, moment: Moment, now: float) -> AwsError:
        minutes = self._skew_minutes
        latest, present = basic_format(now + minutes * 60), basic_format(now)
        sentence = f"Signature not yet current: {moment.text} is still later than {latest} ({present} + {minutes} min.)"
        return errors.out_of_time(self.claim.service, sentence)
