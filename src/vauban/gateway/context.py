"""The request context: what conditions may ask, worked out when asked.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from vauban.aws.actions import condition_keys
from vauban.gateway.standings import NOWHERE, Standing
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Layer
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.policy.values import text

_PRINCIPAL_TYPES = {
    "root": "Account",
    "user": "User",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "service": "Service",
    "web-identity": "FederatedUser",
    "saml": "FederatedUser",
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


def _issued(call: Call) -> datetime | None:
    session = call.principal.session
    return datetime.fromtimestamp(session.issued, UTC) if session and call.principal.account else None


def _mfa(call: Call) -> float | None:
    """When a second factor was shown: with this call, or by the user whose session it is. Of roles it is not told."""
    session = call.principal.session
    if call.mfa is not None or session is None or call.principal.kind not in ("user", "root"):
        return call.mfa
    return session.mfa


def _mfa_present(call: Call) -> bool | None:
    """Absent for lasting credentials, which could never show it, and for who has none."""
    principal = call.principal
    if call.mfa is None and (principal.session is None or not principal.account):
        return None
    return _mfa(call) is not None


def _mfa_age(call: Call) -> int | None:
    shown = _mfa(call)
    return None if shown is None else int(call.time - shown)


def _of_session(call: Call, name: str) -> Any:
    """What the caller's temporary credentials say; None where they say nothing, or are none."""
    session = call.principal.session
    return (getattr(session, name) or None) if session else None


def _service(call: Call) -> str | None:
    return call.principal.arn if call.principal.kind == "service" else None


def _source_arn(call: Call) -> str | None:
    return call.source[0] if call.source and call.principal.kind == "service" else None


def _source_account(call: Call) -> str | None:
    if call.principal.kind != "service":
        return None
    return call.source[1] if call.source else call.account


_GLOBAL: dict[str, Callable[[Call, Resource], Any]] = {
    "aws:principalarn": lambda call, _: _principal_arn(call),
    "aws:principalaccount": lambda call, _: call.principal.account or None,
    "aws:principaltype": lambda call, _: _PRINCIPAL_TYPES[call.principal.kind],
    "aws:principalisawsservice": lambda call, _: call.principal.kind == "service",
    "aws:principalservicename": lambda call, _: _service(call),
    "aws:principalservicenameslist": lambda call, _: [name] if (name := _service(call)) else None,
    "aws:userid": lambda call, _: call.principal.unique_id,
    "aws:username": lambda call, _: call.principal.name or None,
    "aws:assumedroot": lambda call, _: _of_session(call, "assumed_root"),
    "aws:federatedprovider": lambda call, _: _of_session(call, "provider"),
    "aws:multifactorauthage": lambda call, _: _mfa_age(call),
    "aws:multifactorauthpresent": lambda call, _: _mfa_present(call),
    "aws:sourceidentity": lambda call, _: _of_session(call, "source_identity"),
    "aws:tokenissuetime": lambda call, _: _issued(call),
    "aws:sourceip": lambda call, _: None if call.via or call.principal.kind == "service" else call.request.source_ip,
    "aws:sourceaccount": lambda call, _: _source_account(call),
    "aws:sourcearn": lambda call, _: _source_arn(call),
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
            found = value(self.call, self._resource)
            return self._told(key) if found is None else found
        standing = _ORGANIZATION.get(key)
        return self._prefixed(key) if standing is None else standing(self._caller, self._owner)

    def _prefixed(self, key: str) -> Any | None:
        for prefixes in (_PREFIXED, self._conditions.prefixed):
            for prefix, value in prefixes.items():
                if key.startswith(prefix):
                    found = value(self.call, self._resource, key[len(prefix) :])
                    return self._told(key) if found is None else found
        return self._told(key)

    def _told(self, key: str) -> Any | None:
        """What an identity provider told of the caller."""
        session = self.call.principal.session
        return session.facts.get(key) if session else None

    def known(self) -> dict[str, Any]:
        """All that this request has, by condition keys as AWS spells them, as plain data."""
        found = {}
        for key in (*_GLOBAL, *_ORGANIZATION, *self._conditions.exact, *self._tag_keys()):
            value = self.get(key)
            if value is not None:
                found[_spelled(key, self.call.service)] = _plain(value)
        session = self.call.principal.session
        return {**found, **{key: _plain(value) for key, value in (session.facts if session else {}).items()}}

    def _tag_keys(self) -> Iterator[str]:
        for prefix, tags in (
            ("aws:principaltag/", self.call.principal.tags),
            ("aws:resourcetag/", self._resource.tags),
            ("aws:requesttag/", _request_tags(self.call)),
        ):
            yield from (f"{prefix}{key.lower()}" for key in tags if key)

    def targets(self) -> dict[str, list[str]]:
        """The ARNs of those whom an organization's policies are attached to, level by level, by their layer."""
        levels = {Layer.SERVICE_CONTROL_POLICY: self._caller, Layer.RESOURCE_CONTROL_POLICY: self._owner}
        return {layer.value: standing.targets for layer, standing in levels.items() if standing.organization}


@lru_cache(maxsize=4096)
def _spelled(key: str, service: str) -> str:
    """A lower-case key as AWS's tables have it; a tag's key stays as it is."""
    prefix, slash, name = key.partition("/")
    known = {each.lower(): each for each in (*condition_keys("aws"), *condition_keys(service))}
    if not slash:
        return known.get(key, key)
    spelled = next((each for lower, each in known.items() if lower.startswith(f"{prefix}/")), key)
    return f"{spelled.partition('/')[0]}/{name}"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (bool, int, float)) else text(value)
