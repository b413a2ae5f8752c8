"""What all have in common for whom an identity provider vouches."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate
from vauban.kernel.principals import Principal, PrincipalKind, SessionContext
from vauban.kernel.resources import Resource
from vauban.services.sts.roles import first_denial
from vauban.services.sts.session_tags import SessionTags, read_tags, transitive_keys


def vouched_principal(
    call: Call, kind: PrincipalKind, provider: str, audience: str, subject: str, facts: Mapping[str, Any]
) -> Principal:
    """Who calls, of no account: trust policies name the provider, and its facts are condition keys."""
    return Principal(
        kind=kind,
        account="",
        arn=f"{provider}:{audience}:{subject}",
        unique_id=f"{provider}:{audience}:{subject}",
        name=subject,
        issuer_arn=provider,
        issuer_id=provider.rpartition("provider/")[2],
        session=SessionContext(float(int(call.time)), provider=provider, facts=facts),
    )


def request_facts(tags: Mapping[str, str], source_identity: str) -> dict[str, Any]:
    """What the provider asks for the session, as condition keys."""
    facts: dict[str, Any] = {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    if tags:
        facts["aws:tagkeys"] = list(tags)
    if source_identity:
        facts["sts:sourceidentity"] = source_identity
    return facts


def may_assume_federated(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """As of any role, but a denial tells no more than that it is one."""
    facts = call.principal.session.facts
    decision = first_denial(call, resources[0], evaluate, tagged="aws:tagkeys" in facts)
    if decision.allowed:
        return decision
    return replace(decision, message=f"Not authorized to perform {decision.action}")


def carried_tags(tags: Mapping[str, str], transitive: tuple[str, ...]) -> SessionTags:
    """Tags that the provider gives the session. Raises InvalidParameterValue or ValidationException."""
    found = read_tags({"Key": key, "Value": value} for key, value in tags.items())
    return SessionTags(found, transitive_keys(found, transitive))
