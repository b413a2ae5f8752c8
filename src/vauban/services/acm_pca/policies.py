"""The resource-based policy of an authority."""

from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy
from vauban.services.acm_pca.errors import InvalidPolicyException, ResourceNotFoundException
from vauban.services.acm_pca.resolvers import a_shared_authority
from vauban.services.acm_pca.resources import CertificateAuthority, compiled
from vauban.services.acm_pca.states import require_there


@operation("PutPolicy", on=a_shared_authority)
def put_policy(call: Call, authority: CertificateAuthority, policy: str) -> None:
    require_there(authority)
    try:
        bound = bind(compiled(policy), call.world, call.account)
    except (MalformedPolicy, UnknownPrincipal) as error:
        raise InvalidPolicyException(f"The resource policy is invalid: {error}") from None
    call.store.put(replace(authority, policy=policy, policy_principals=bound))


@operation("GetPolicy", on=a_shared_authority)
def get_policy(call: Call, authority: CertificateAuthority) -> dict[str, Any]:
    if not authority.policy:
        raise ResourceNotFoundException(f"Could not find a policy of {authority.arn}")
    return {"Policy": as_shown(authority.policy, authority.policy_principals, call.world)}


@operation("DeletePolicy", on=a_shared_authority)
def delete_policy(call: Call, authority: CertificateAuthority) -> None:
    require_there(authority)
    call.store.put(replace(authority, policy="", policy_principals={}))
