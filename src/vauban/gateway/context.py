"""The request context: what conditions may ask, worked out when asked.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable
from typing import Any

from vauban.gateway.standings import NOWHERE, Standing
from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource

_PRINCIPAL_TYPES = {
    "root": "Account",
    "user": "User",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "service": "Service",
    "anonymous": "Anonymous",
}


def _request_tags(call: Call) -> dict[str, str]:
    tags = call.params.get("Tags") or {}
    if isinstance(tags, dict):
        return tags
    return {tag.get("TagKey", tag.get("Key")): tag.get("TagValue", tag.get("Value")) for tag in tags}


def _tag_keys(call: Call) -> list[str] | None:
    return list(_request_tags(call)) or call.params.get("TagKeys")


def _find_tag(tags: Any, name: str) -> str | None:
    """Tag keys in condition keys compare without case."""
    return next((value for key, value in tags.items() if key.lower() == name), None)


def _principal_arn(call: Call) -> str | None:
    """Of a role's session, the role's ARN."""
    principal = call.principal
    if principal.kind == "assumed-role":
        return principal.issuer_arn
    return principal.arn if principal.account else None


_GLOBAL: dict[str, Callable[[Call, Resource], Any]] = {
    "aws:principalarn": lambda call, _: _principal_arn(call),
    "aws:principalaccount": lambda call, _: call.principal.account or None,
    "aws:principaltype": lambda call, _: _PRINCIPAL_TYPES[call.principal.kind],
    "aws:principalisawsservice": lambda call, _: call.principal.kind == "service",
    "aws:principalservicename": lambda call, _: call.principal.arn if call.principal.kind == "service" else None,
    "aws:userid": lambda call, _: call.principal.unique_id,
    "aws:username": lambda call, _: call.principal.name or None,
    "aws:sourceip": lambda call, _: None if call.via or call.principal.kind == "service" else call.request.source_ip,
    "aws:sourceaccount": lambda call, _: call.account if call.principal.kind == "service" else None,
    "aws:securetransport": lambda call, _: call.request.secure,
    "aws:useragent": lambda call, _: call.request.headers.get("user-agent"),
    "aws:referer": lambda call, _: call.request.headers.get("referer"),
    "aws:currenttime": lambda call, _: call.now,
    "aws:epochtime": lambda call, _: int(call.time),
    "aws:requestedregion": lambda call, _: call.region,
    "aws:calledvia": lambda call, _: list(call.via) or None,
    "aws:calledviafirst": lambda call, _: call.via[0] if call.via else None,
    "aws:calledvialast": lambda call, _: call.via[-1] if call.via else None,
    "aws:viaawsservice": lambda call, _: bool(call.via),
    "aws:resourceaccount": lambda call, resource: resource.account or call.account,
    "aws:tagkeys": lambda call, _: _tag_keys(call),
}

_ORGANIZATION: dict[str, Callable[[Standing, Standing], Any]] = {
    "aws:principalorgid": lambda caller, _: caller.organization_id,
    "aws:principalorgmasteraccountid": lambda caller, _: caller.management_account,
    "aws:principalorgpaths": lambda caller, _: caller.paths,
    "aws:resourceorgid": lambda _, owner: owner.organization_id,
    "aws:resourceorgpaths": lambda _, owner: owner.paths,
}

_PREFIXED: dict[str, Callable[[Call, Resource, str], Any]] = {
    "aws:resourcetag/": lambda _, resource, name: _find_tag(resource.tags, name),
    "aws:requesttag/": lambda call, _, name: _find_tag(_request_tags(call), name),
    "aws:principaltag/": lambda call, _, name: _find_tag(call.principal.tags, name),
}


class CallContext:
    """The context of one decision of one call; of organizations, it knows where caller and resource's owner stand."""

    __slots__ = ("_caller", "_conditions", "_owner", "_resource", "call")

    def __init__(
        self,
        call: Call,
        resource: Resource,
        conditions: Conditions,
        caller: Standing = NOWHERE,
        owner: Standing = NOWHERE,
    ):
        self.call = call
        self._resource = resource
        self._conditions = conditions
        self._caller = caller
        self._owner = owner

    def get(self, key: str) -> Any | None:
        """The value of a condition key (lower-case), or None where this request does not have it."""
        value = _GLOBAL.get(key) or self._conditions.exact.get(key)
        if value is not None:
            return value(self.call, self._resource)
        standing = _ORGANIZATION.get(key)
        return self._prefixed(key) if standing is None else standing(self._caller, self._owner)

    def _prefixed(self, key: str) -> Any | None:
        for prefixes in (_PREFIXED, self._conditions.prefixed):
            for prefix, value in prefixes.items():
                if key.startswith(prefix):
                    return value(self.call, self._resource, key[len(prefix) :])
        return None
