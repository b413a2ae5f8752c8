"""Tokens of OpenID Connect providers: what they claim, and whether that may be believed.

Sources: OpenID Connect Core 1.0 §3.1.3.7; RFC 7519; IAM User Guide, "Available keys for AWS OIDC federation".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from vauban.aws.actions import condition_keys

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
_LEEWAY_SECONDS = 60
"""By how much the provider's clock may be ahead."""
_TAGS = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


class Unbelievable(ValueError):
    """A token that is not believed; ``reason`` is why."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Expired(Unbelievable):
    """A token whose time is over."""


class Unkeyed(Unbelievable):
    """No key that could prove the token."""


@dataclass(frozen=True)
class WebIdentity:
    """What a token that is believed says."""

    issuer: str
    """As it is claimed, with its scheme."""
    subject: str
    audience: str
    """The client that the token was given to."""
    facts: Mapping[str, str | list[str]]
    """Condition keys, lower-case: ``token.example.com:sub``."""
    tags: Mapping[str, str]
    transitive_tags: tuple[str, ...]
    source_identity: str


def read_claims(token: str) -> tuple[str, str | None]:
    """The issuer that a token claims and the id of its key, neither believed yet. Raises Unbelievable."""
    import jwt

    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise _no_token() from None
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not issuer:
        raise Unbelievable("Missing a required claim: iss")
    return issuer, header.get("kid")


def verify(token: str, key_set: dict[str, Any], issuer: str, client_ids: Iterable[str], now: float) -> WebIdentity:
    """The identity of a token, proved by its signature. ``now`` is real time. Raises Unbelievable."""
    import jwt

    try:
        header = jwt.get_unverified_header(token)
        key = _key(key_set, header)
        claims = jwt.decode(token, key, algorithms=[header["alg"]], options=_WITHOUT_TIMES)
    except jwt.InvalidSignatureError:
        raise Unbelievable("The token's signature is not its issuer's") from None
    except jwt.MissingRequiredClaimError as error:
        raise Unbelievable(f"Missing a required claim: {error.claim}") from None
    except jwt.PyJWTError:
        raise _no_token() from None
    _check_times(claims, now)
    if claims["iss"] != issuer:
        raise Unbelievable("Incorrect token issuer")
    audiences = _listed(claims["aud"])
    audience = claims["azp"] if isinstance(claims.get("azp"), str) else audiences[0] if audiences else ""
    if not audiences or {audience, *audiences}.isdisjoint(client_ids):
        raise Unbelievable("Incorrect token audience")
    return _identity(issuer, claims, audience)


_WITHOUT_TIMES: Any = {
    "require": ["iss", "sub", "aud", "exp", "iat"],
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
"""Audience and times are checked here, where AWS's words for them are."""


def _key(key_set: dict[str, Any], header: Mapping[str, Any]) -> Any:
    import jwt

    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise Unbelievable("Tokens must be signed using either RSA or ECDSA keys")
    fitting = [key for key in key_set["keys"] if isinstance(key, dict) and key.get("kid", key_id) == key_id]
    if key_id is None and len(fitting) > 1:
        fitting = [key for key in fitting if key.get("alg") == algorithm]
    if len(fitting) != 1 or fitting[0].get("use", "sig") != "sig" or fitting[0].get("alg", algorithm) != algorithm:
        raise Unkeyed("Couldn't retrieve verification key from your identity provider")
    if fitting[0].get("kty") != ("RSA" if algorithm.startswith("RS") else "EC"):
        raise Unkeyed("Couldn't retrieve verification key from your identity provider")
    return jwt.PyJWK(fitting[0], algorithm).key


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    for claim in ("exp", "iat", "nbf"):
        if claim in claims and (not isinstance(claims[claim], int) or isinstance(claims[claim], bool)):
            raise Unbelievable(f"Timestamps in the token must be integers: {claim}")
    if now >= claims["exp"]:
        raise Expired(
            f"Token expired: current date/time {int(now)} must be before the expiration date/time {claims['exp']}"
        )
    if max(claims["iat"], claims.get("nbf", 0)) > now + _LEEWAY_SECONDS:
        raise Unbelievable("Token must not be used before its time")


def _identity(issuer: str, claims: Mapping[str, Any], audience: str) -> WebIdentity:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise Unbelievable("Missing a required claim: sub")
    host = issuer.partition("://")[2]
    facts = {f"{host}:{name}".lower(): value for name, value in _facts(claims).items()}
    facts[f"{host}:aud".lower()] = audience
    given = claims.get(_TAGS)
    tags, transitive = _tags(given) if given is not None else ({}, ())
    source_identity = claims.get(_SOURCE_IDENTITY, "")
    if not isinstance(source_identity, str):
        raise Unbelievable("The token's source identity is not a string")
    return WebIdentity(issuer, subject, audience, facts, tags, transitive, source_identity)


def _facts(claims: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The claims that conditions may ask for."""
    found: dict[str, str | list[str]] = {}
    for name in claims.keys() & _known_claims():
        value = claims[name]
        if isinstance(value, list):
            found[name] = [each for each in value if isinstance(each, str)]
        elif isinstance(value, (str, int, float)):
            found[name] = value if isinstance(value, str) else str(value).lower()
    if "azp" in claims:
        found["oaud"] = _listed(claims["aud"])
    return found


@cache
def _known_claims() -> frozenset[str]:
    """The claims that AWS makes condition keys of, of any provider."""
    keys = (key for key in condition_keys("sts") if not key.startswith(("aws:", "iam:", "saml:", "sts:")))
    return frozenset(key.rpartition(":")[2] for key in keys) | {"aud", "sub", "amr", "email"}


def _tags(given: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    """``{"principal_tags": {key: [value]}, "transitive_tag_keys": [key]}``."""
    try:
        tags = {str(key): _one(value) for key, value in given["principal_tags"].items()}
        return tags, tuple(map(str, given.get("transitive_tag_keys", ())))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unbelievable("The token's session tags are malformed") from None


def _one(value: Any) -> str:
    (found,) = _listed(value)
    return found


def _listed(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, str)]


def _no_token() -> Unbelievable:
    return Unbelievable(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )
