"""STS's own condition keys.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-sts
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.sts.roles import source_identity_of
from vauban.services.sts.session_tags import inherited_tags


def _given(member: str):
    return lambda call, _: call.params.get(member)


def _role_session_name(call: Call, _: Resource) -> Any:
    session = call.principal.session
    told = session.facts.get("sts:rolesessionname") if session else None
    return call.params.get("RoleSessionName") or told


def _transitive_tag_keys(call: Call, _: Resource) -> Any:
    return [*(call.params.get("TransitiveTagKeys") or ()), *inherited_tags(call)] or None


def _tag(call: Call, resource: Resource, name: str) -> str | None:
    return next((value for key, value in resource.tags.items() if key.lower() == name), None)


CONDITIONS = Conditions(
    exact={
        "sts:externalid": _given("ExternalId"),
        "sts:durationseconds": _given("DurationSeconds"),
        "sts:rolesessionname": _role_session_name,
        "sts:sourceidentity": lambda call, _: source_identity_of(call) or None,
        "sts:transitivetagkeys": _transitive_tag_keys,
    },
    prefixed={"iam:resourcetag/": _tag},
)
