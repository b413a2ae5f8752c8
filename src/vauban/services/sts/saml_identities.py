"""Roles assumed by whom a SAML provider vouches for. Nobody signs these calls: the assertion says who asks."""

from typing import Any

from vauban.identity.providers import SamlProvider
from vauban.identity.roles import Role
from vauban.identity.saml_assertions import Outdated, SamlIdentity, Unproved, verify
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.stores import World
from vauban.services.sts.credentials import beginning, issue, session_policies
from vauban.services.sts.errors import (
    ExpiredTokenException,
    IDPRejectedClaimException,
    InvalidIdentityTokenException,
)
from vauban.services.sts.federation import (
    carried_tags,
    may_assume_federated,
    request_facts,
    vouched_principal,
)
from vauban.services.sts.resolvers import RoleResolver, account_of_role
from vauban.services.sts.roles import DEFAULT_SECONDS, assumed, lasting, session_of

_LASTING_FACTS = ("saml:namequalifier", "saml:sub", "saml:sub_type")
"""What conditions may still ask for in the session."""


def identify(call: Call, world: World) -> Principal:
    """Whom the assertion proves. Raises InvalidIdentityTokenException, ExpiredTokenException or
    IDPRejectedClaimException."""
    call.account = account_of_role(call)
    provider = _provider(call, world)
    try:
        identity = call.slowly(
            _verify, call.params["SAMLAssertion"], provider.metadata_document, provider.account, provider.name
        )
        if isinstance(identity, Unproved):
            raise identity
    except Outdated as error:
        raise ExpiredTokenException(error.reason) from None
    except Unproved as error:
        raise InvalidIdentityTokenException(error.reason) from None
    if (call.params["RoleArn"], provider.arn) not in identity.roles:
        raise IDPRejectedClaimException(
            "The SAML assertion does not name this role with this identity provider in its Role attribute."
        )
    call.computed[SamlIdentity] = identity
    facts = {**identity.facts, **request_facts(identity.tags, identity.source_identity)}
    facts["sts:rolesessionname"] = identity.session_name
    return vouched_principal(call, "saml", provider.arn, identity.name_qualifier, identity.subject, facts)


def _verify(response: str, metadata: str, account: str, provider: str) -> SamlIdentity | Unproved:
    """Off the loop: canonical XML and RSA take their time."""
    import time

    try:
        return verify(response, metadata, account, provider, time.time())
    except Unproved as error:
        return error


def _provider(call: Call, world: World) -> SamlProvider:
    arn = call.params["PrincipalArn"]
    found = world.at(call.account, "").get(SamlProvider, arn.rpartition("/")[2])
    if found is None or found.arn != arn:
        raise InvalidIdentityTokenException("Specified provider doesn't exist")
    if found.valid_until <= call.now:
        raise InvalidIdentityTokenException("The metadata of the specified provider has expired")
    return found


class AssertedRole(RoleResolver):
    def __init__(self) -> None:
        super().__init__("PrincipalArn", "SAMLAssertion")


@operation("AssumeRoleWithSAML", on=AssertedRole(), identify=identify, decide=may_assume_federated, audit_result=True)
def assume_role_with_saml(
    call: Call,
    role: Role,
    policy_arns: list[dict[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    minimum_session_token_size: int = 0,
) -> dict[str, Any]:
    identity: SamlIdentity = call.computed[SamlIdentity]
    narrowing = session_policies(call.store, policy, policy_arns)
    carried = carried_tags(identity.tags, identity.transitive_tags)
    context = SessionContext(
        beginning(call),
        source_identity=identity.source_identity,
        transitive_tags=carried.transitive,
        provider=call.principal.session.provider,
        facts={key: identity.facts[key] for key in _LASTING_FACTS},
        **narrowing._asdict(),
    )
    principal = session_of(role, identity.session_name, carried, context)
    packed = bool(carried.tags) or narrowing.policies is not None
    seconds = _lasting(call, role, identity, duration_seconds)
    issued = issue(call, principal, seconds, packed=packed, smallest_token=minimum_session_token_size)
    return {
        **issued,
        **assumed(principal),
        "Subject": identity.subject,
        "SubjectType": identity.subject_type,
        "Issuer": identity.issuer,
        "Audience": identity.recipient,
        "NameQualifier": identity.name_qualifier,
    }


def _lasting(call: Call, role: Role, identity: SamlIdentity, asked: int | None) -> float:
    """As long as is asked for and the role allows, and no longer than the provider says."""
    seconds = lasting(role, asked) if asked is not None else min(identity.seconds or DEFAULT_SECONDS, DEFAULT_SECONDS)
    return seconds if identity.ends is None else min(seconds, max(0.0, identity.ends - call.real_time))
