"""Who asks, with all policies that speak for them."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from vauban.gateway.standings import NOWHERE, Standing, Standings
from vauban.identity.access_keys import AccessKey
from vauban.identity.accounts import root_principal
from vauban.identity.attachments import Attachments, attachments
from vauban.identity.managed_policies import ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.session_tags import merged
from vauban.identity.sessions import Session
from vauban.identity.signers import Identified
from vauban.identity.users import User
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import ANONYMOUS, Principal
from vauban.kernel.stores import Records, World
from vauban.policy import Policies, Policy

_KEPT = 20_000


class UnrecognizedClientException(AwsError):
    """The access key is nobody's any more."""


@dataclass(frozen=True, eq=False)
class Caller:
    """A principal, its policies, and how the trail names it. Compared by identity: new policies make a new caller."""

    principal: Principal
    policies: Policies
    trail_identity: tuple[str, str, str, str, str, str, str]
    standing: Standing = NOWHERE
    """Of its account in an organization; nowhere where there is none."""
    trail_session: tuple[float, bool, str, str, str] | None = None


class _Sources(NamedTuple):
    """All that a caller is made of. Where each is still the very same, so is the caller."""

    credentials: AccessKey | Session
    attached: Attachments | None
    """None for root users."""
    narrowing: tuple[ManagedPolicy, ...] = ()
    """The managed ones among the session policies."""

    def is_still(self, other: "_Sources") -> bool:
        attached, before = self.attached, other.attached
        return (
            self.credentials is other.credentials
            and (attached is before or (attached is not None and before is not None and before.is_still(attached)))
            and len(self.narrowing) == len(other.narrowing)
            and all(a is b for a, b in zip(self.narrowing, other.narrowing, strict=True))
        )


class Callers:
    """Callers by access key, each kept for as long as the records it was made from are the newest."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._callers: dict[str, tuple[_Sources, Caller]] = {}

    def of(self, identified: Identified, world: World) -> Caller:
        """Raises UnrecognizedClientException where the user or role behind the credentials is gone, or the account
        closed."""
        session, access_key = identified.session, identified.access_key
        if session is not None:
            sources, account, key_id = _of_session(session, world), session.principal.account, session.access_key_id
        elif access_key is not None:
            sources, account, key_id = _of_access_key(access_key, world), access_key.account, access_key.access_key_id
        else:
            return NOBODY
        standing = self._standings.of(account, world)
        if standing.closed:
            raise _gone()
        return standing.bound(self._kept(key_id, sources))

    def _kept(self, key_id: str, sources: _Sources) -> Caller:
        """The caller made of ``sources``, without what an organization holds against it."""
        kept = self._callers.get(key_id)
        if kept is not None and sources.is_still(kept[0]):
            return kept[1]
        caller = _caller(sources)
        if len(self._callers) >= _KEPT:
            del self._callers[next(iter(self._callers))]
        self._callers[key_id] = (sources, caller)
        return caller


def _of_access_key(access_key: AccessKey, world: World) -> _Sources:
    if not access_key.user_name:
        return _Sources(access_key, None)
    records = world.at(access_key.account, "")
    user = records.get(User, access_key.user_name)
    if user is None:
        raise _gone()
    return _Sources(access_key, attachments(records, user))


def _of_session(session: Session, world: World) -> _Sources:
    records = world.at(session.principal.account, "")
    behind = _behind(session.principal, records)
    attached = None if behind is None else attachments(records, behind)
    if not session.policy_arns:
        return _Sources(session, attached)
    found = (managed_policy(records, arn) for arn in session.policy_arns)
    return _Sources(session, attached, tuple(each for each in found if each is not None))


def _behind(principal: Principal, records: Records) -> User | Role | None:
    """The user or role that a session stands on; None for the root user. Raises UnrecognizedClientException."""
    issuer_arn, unique_id = principal.issuer_arn or principal.arn, principal.issuer_id or principal.unique_id
    if issuer_arn.endswith(":root"):
        return None
    name = issuer_arn.rpartition("/")[2]
    if principal.kind == "assumed-role":
        role = records.get(Role, name)
        if role is not None and role.role_id == unique_id:
            return role
    else:
        user = records.get(User, name)
        if user is not None and user.user_id == unique_id:
            return user
    raise _gone()


def _gone() -> UnrecognizedClientException:
    return UnrecognizedClientException("The security token included in the request is invalid.")


def _caller(sources: _Sources) -> Caller:
    credentials, attached, _ = sources
    policies = Policies() if attached is None else attached.policies
    if isinstance(credentials, AccessKey):
        if attached is None:
            return caller_of(root_principal(credentials.account, credentials.access_key_id), policies)
        return caller_of(_user(attached.identity, credentials.access_key_id), policies)
    principal = credentials.principal
    if attached is not None:
        principal = replace(principal, tags=merged(attached.identity.tags, principal.tags))
    return caller_of(principal, replace(policies, session=_session_policies(sources)))


def _user(user: User, access_key_id: str) -> Principal:
    return Principal(
        kind="user",
        account=user.account,
        arn=user.arn,
        unique_id=user.user_id,
        name=user.name,
        access_key_id=access_key_id,
        tags=user.tags,
    )


def _session_policies(sources: _Sources) -> tuple[Policy, ...] | None:
    session = sources.credentials
    if session.policies is None:
        return None
    inline = (Policy.parse(each, name="session policy", kind="session") for each in session.policies)
    return (*inline, *(each.compiled_policy for each in sources.narrowing))


def caller_of(principal: Principal, policies: Policies) -> Caller:
    session = principal.session
    trail_session = session and (
        session.issued,
        session.mfa is not None,
        session.source_identity,
        session.provider,
        principal.issuer_id,
    )
    return Caller(principal, policies, trail_identity(principal), trail_session=trail_session)


def trail_identity(principal: Principal) -> tuple[str, str, str, str, str, str, str]:
    """How the trail names a principal: ``AuditEvent.principal``."""
    return (
        principal.kind,
        principal.account,
        principal.arn,
        principal.unique_id,
        principal.name,
        principal.access_key_id,
        principal.issuer_arn,
    )


NOBODY = caller_of(ANONYMOUS, Policies())
