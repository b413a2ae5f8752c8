"""Listeners: made, described, changed and deleted."""

from typing import Any

from vauban.aws.ssl_policies import DEFAULT_POLICY, POLICIES
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.actions import checked
from vauban.services.elbv2.certificates import announce, default_of, require_there
from vauban.services.elbv2.errors import (
    DuplicateListenerException,
    ListenerNotFoundException,
    SSLPolicyNotFoundException,
    TooManyListenersException,
    UnsupportedProtocolException,
    unsupported,
)
from vauban.services.elbv2.pages import page
from vauban.services.elbv2.quotas import LISTENERS
from vauban.services.elbv2.resolvers import LISTENER, LOAD_BALANCER, a_listener, a_load_balancer, find
from vauban.services.elbv2.resources import Listener, LoadBalancer, Rule
from vauban.services.elbv2.rules import keep
from vauban.services.elbv2.tags import tagged

PROTOCOLS = ("HTTP", "HTTPS")


@operation("CreateListener", on=a_load_balancer, also=(("AddTags", "Tags"),), unsupported=("AlpnPolicy",))
def create_listener(
    call: Call,
    load_balancer: LoadBalancer,
    default_actions: list[dict[str, Any]],
    protocol: str | None = None,
    port: int | None = None,
    ssl_policy: str | None = None,
    certificates: list[dict[str, Any]] | None = None,
    tags: list[dict[str, str]] | None = None,
    mutual_authentication: dict[str, Any] | None = None,
) -> dict[str, Any]:
    if protocol is None or port is None:
        raise ValidationException(f"A {'protocol' if protocol is None else 'port'} must be specified")
    _require_no_client_certificates(mutual_authentication)
    security = _security(call, load_balancer.arn, protocol, ssl_policy, default_of(certificates))
    digits = call.once("digits", lambda: call.random(16)).hex()
    identifier = f"{load_balancer.path}/{digits[:16]}"
    where = {"account": call.account, "region": call.region}
    rule = Rule(f"{identifier}/{digits[16:]}", **where, actions=checked(call, default_actions, protocol))
    made = Listener(
        identifier, **where, port=port, protocol=protocol, default_rule=rule.id, **security, tags=tagged({}, tags)
    )
    return {"Listeners": [_shown(call, _kept(call, load_balancer, made, rule))]}


@operation("DescribeListeners")
def describe_listeners(
    call: Call,
    load_balancer_arn: str | None = None,
    listener_arns: list[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    if (load_balancer_arn is None) == (not listener_arns):
        raise ValidationException("You must specify either listener ARNs or a load balancer ARN")
    if load_balancer_arn is not None:
        balancer = find(call.store, LOAD_BALANCER, load_balancer_arn)
        if balancer is None:
            raise LOAD_BALANCER.absent(load_balancer_arn)
        found = call.store.list(Listener, prefix=f"{balancer.path}/")
    else:
        found = [find(call.store, LISTENER, each) for each in listener_arns]
        if None in found:
            raise ListenerNotFoundException("One or more listeners not found")
    return page(call, "Listeners", found, lambda each: each.id, lambda each: _shown(call, each), marker, page_size)


@operation("ModifyListener", on=a_listener, unsupported=("AlpnPolicy",))
def modify_listener(
    call: Call,
    listener: Listener,
    port: int | None = None,
    protocol: str | None = None,
    ssl_policy: str | None = None,
    certificates: list[dict[str, Any]] | None = None,
    default_actions: list[dict[str, Any]] | None = None,
    mutual_authentication: dict[str, Any] | None = None,
) -> dict[str, Any]:
    _require_no_client_certificates(mutual_authentication)
    changed = _rewritten(call, listener, protocol or listener.protocol, ssl_policy, default_of(certificates))
    if port is not None and port != listener.port:
        _require_free(call, listener, port)
        changed = replace(changed, port=port)
    if default_actions:
        rule = call.store.get(Rule, listener.default_rule)
        keep(call, replace(rule, actions=checked(call, default_actions, changed.protocol)))
    call.store.put(changed)
    if changed.certificates != listener.certificates:
        announce(call, listener.load_balancer_arn)
    return {"Listeners": [_shown(call, changed)]}


@operation("DeleteListener", on=a_listener)
def delete_listener(call: Call, listener: Listener) -> None:
    for rule in call.store.list(Rule, prefix=f"{listener.id}/"):
        call.store.delete(rule)
    call.store.delete(listener)
    if listener.certificates:
        announce(call, listener.load_balancer_arn)


def _kept(call: Call, load_balancer: LoadBalancer, made: Listener, rule: Rule) -> Listener:
    """The listener put with its default rule, or the one that is just the same already."""
    others = call.store.list(Listener, prefix=f"{load_balancer.path}/")
    existing = next((each for each in others if each.port == made.port), None)
    if existing is not None:
        _require_same(call, existing, made, rule)
        return existing
    if len(others) >= LISTENERS:
        raise TooManyListenersException(f"The maximum number of listeners, '{LISTENERS}', has been reached")
    keep(call, rule)
    call.store.put(made)
    # Written so that of two listeners made at once for one port, one is made after the other.
    call.store.put(load_balancer)
    if made.certificates:
        announce(call, load_balancer.arn)
    return made


def _security(
    call: Call, load_balancer_arn: str, protocol: str, policy: str | None, certificate: str
) -> dict[str, Any]:
    """What a listener of a protocol is given for TLS. Raises the model's errors."""
    if protocol not in PROTOCOLS:
        raise UnsupportedProtocolException(
            f"Protocol '{protocol}' is not supported for load balancers with type 'application'"
        )
    if protocol == "HTTP":
        if policy or certificate:
            what = "A security policy" if policy else "A certificate"
            raise ValidationException(f"{what} cannot be specified for HTTP listeners")
        return {}
    if not certificate:
        raise ValidationException("A certificate must be specified for HTTPS listeners")
    name = policy or DEFAULT_POLICY
    if name not in POLICIES:
        raise SSLPolicyNotFoundException(f"SSL policy '{name}' not found")
    return {"ssl_policy": name, "certificates": (require_there(call, load_balancer_arn, certificate),)}


def _rewritten(call: Call, listener: Listener, protocol: str, policy: str | None, certificate: str) -> Listener:
    """The listener with another protocol, policy or default certificate, as far as they are given."""
    kept = listener.certificates if protocol == "HTTPS" else ()
    default = certificate or (kept[0] if kept else "")
    security = _security(
        call, listener.load_balancer_arn, protocol, policy or (listener.ssl_policy if kept else None), default
    )
    certificates = (*security.get("certificates", ()), *kept[1:])
    return replace(listener, protocol=protocol, ssl_policy=security.get("ssl_policy", ""), certificates=certificates)


def _require_free(call: Call, listener: Listener, port: int) -> None:
    path = listener.id.rpartition("/")[0]
    if any(each.port == port for each in call.store.list(Listener, prefix=f"{path}/")):
        raise _duplicate(listener.load_balancer_arn)


def _require_same(call: Call, existing: Listener, made: Listener, rule: Rule) -> None:
    """CreateListener again is no error, so long as it says nothing new."""
    same = all(getattr(existing, name) == getattr(made, name) for name in ("protocol", "ssl_policy", "tags"))
    actions = call.store.get(Rule, existing.default_rule).actions
    if not same or existing.certificates[:1] != made.certificates or actions != rule.actions:
        raise _duplicate(existing.load_balancer_arn)


def _duplicate(load_balancer_arn: str) -> DuplicateListenerException:
    return DuplicateListenerException(
        f"A listener already exists on this port for this load balancer '{load_balancer_arn}'"
    )


def _require_no_client_certificates(mutual_authentication: dict[str, Any] | None) -> None:
    mode = (mutual_authentication or {}).get("Mode", "off")
    if mode != "off":
        raise unsupported(f"The mutual authentication mode '{mode}'")
    if set(mutual_authentication or {}) - {"Mode"}:
        raise ValidationException("Trust stores cannot be specified for the mutual authentication mode 'off'")


def _shown(call: Call, listener: Listener) -> dict[str, Any]:
    """The model's ``Listener``."""
    told = {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": listener.load_balancer_arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": list(call.store.get(Rule, listener.default_rule).actions),
    }
    if listener.certificates:
        told["Certificates"] = [{"CertificateArn": listener.certificates[0]}]
        told["SslPolicy"] = listener.ssl_policy
        told["MutualAuthentication"] = {"Mode": "off"}
    return told
