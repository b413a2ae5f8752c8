"""Roles assumed by whom an OpenID Connect provider vouches for. Nobody signs these calls: the token says who asks."""

from typing import Any

from vauban.identity.providers import OidcProvider
from vauban.identity.roles import Role
from vauban.identity.web_identities import Expired, Unbelievable, Unkeyed, WebIdentity, read_claims, verify
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.stores import World
from vauban.outside import Outside
from vauban.outside.issuers import IssuerMalformed, IssuerUnreachable, IssuerUntrusted, is_loopback
from vauban.services.sts.credentials import beginning, issue, session_policies
from vauban.services.sts.errors import (
    ExpiredTokenException,
    IDPCommunicationErrorException,
    InvalidIdentityTokenException,
)
from vauban.services.sts.federation import carried_tags, may_assume_federated, request_facts, vouched_principal
from vauban.services.sts.resolvers import RoleResolver, account_of_role
from vauban.services.sts.roles import assumed, lasting, session_of

_LASTING_FACTS = ("aud", "sub", "amr")
"""Claims that conditions may still ask for in the session."""


def identify(call: Call, world: World) -> Principal:
    """Whom the token proves. Raises InvalidIdentityTokenException, ExpiredTokenException or
    IDPCommunicationErrorException."""
    call.account = account_of_role(call)
    token = call.params["WebIdentityToken"]
    try:
        issuer, key_id = read_claims(token)
        provider = _provider(call, world, issuer)
        keys = _keys(call, issuer, provider, key_id)
        identity = verify(token, keys, issuer, provider.client_ids, call.real_time)
    except Expired as error:
        raise ExpiredTokenException(error.reason) from None
    except Unkeyed as error:
        raise InvalidIdentityTokenException(
            f"{error.reason},  please reference AssumeRoleWithWebIdentity documentation for requirements"
        ) from None
    except Unbelievable as error:
        raise InvalidIdentityTokenException(error.reason) from None
    call.computed[WebIdentity] = identity
    facts = {**identity.facts, **request_facts(identity.tags, identity.source_identity)}
    return vouched_principal(call, "web-identity", provider.arn, identity.audience, identity.subject, facts)


def _provider(call: Call, world: World, issuer: str) -> OidcProvider:
    scheme, _, url = issuer.partition("://")
    found = None
    if scheme == "https" or (scheme == "http" and is_loopback(issuer)):
        found = world.at(call.account, "").get(OidcProvider, url.rstrip("/")) or world.at(call.account, "").get(
            OidcProvider, url
        )
    if found is None:
        raise InvalidIdentityTokenException(f"No OpenIDConnect provider found in your account for {issuer}")
    return found


def _keys(call: Call, issuer: str, provider: OidcProvider, key_id: str | None) -> dict[str, Any]:
    try:
        return call.outside(_fetch, issuer, provider.thumbprints, key_id)
    except IssuerUntrusted:
        raise InvalidIdentityTokenException(
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
        ) from None
    except (IssuerUnreachable, IssuerMalformed):
        raise IDPCommunicationErrorException(
            "Couldn't retrieve verification key from your identity provider: it could not be reached, or its answer is "
            "no key set."
        ) from None


def _fetch(outside: Outside, issuer: str, thumbprints: tuple[str, ...], key_id: str | None) -> dict[str, Any]:
    return outside.issuers.keys(issuer, thumbprints, key_id)


@operation(
    "AssumeRoleWithWebIdentity",
    on=RoleResolver(),
    identify=identify,
    decide=may_assume_federated,
    unsupported=("ProviderId",),
    audit_result=True,
)
def assume_role_with_web_identity(
    call: Call,
    role: Role,
    role_session_name: str,
    web_identity_token: str,
    policy_arns: list[dict[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    minimum_session_token_size: int = 0,
) -> dict[str, Any]:
    identity: WebIdentity = call.computed[WebIdentity]
    seconds = lasting(role, duration_seconds)
    narrowing = session_policies(call.store, policy, policy_arns)
    carried = carried_tags(identity.tags, identity.transitive_tags)
    told = call.principal.session
    context = SessionContext(
        beginning(call),
        source_identity=identity.source_identity,
        transitive_tags=carried.transitive,
        provider=told.provider,
        facts={key: value for key, value in identity.facts.items() if key.rpartition(":")[2] in _LASTING_FACTS},
        **narrowing._asdict(),
    )
    principal = session_of(role, role_session_name, carried, context)
    packed = bool(carried.tags) or narrowing.policies is not None
    issued = issue(call, principal, seconds, packed=packed, smallest_token=minimum_session_token_size)
    return {
        **issued,
        **assumed(principal),
        "SubjectFromWebIdentityToken": identity.subject,
        "Provider": told.provider,
        "Audience": identity.audience,
    }
