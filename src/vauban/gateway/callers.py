"""Who asks, with all policies that speak for them."""

from dataclasses import dataclass, replace

from vauban.gateway.sources import Sources, gone, sources
from vauban.gateway.standings import NOWHERE, Standing, Standings
from vauban.identity.access_keys import AccessKey
from vauban.identity.accounts import root_principal
from vauban.identity.attachments import attachments
from vauban.identity.session_tags import merged
from vauban.identity.sessions import Session
from vauban.identity.signers import Identified
from vauban.identity.users import User
from vauban.kernel.principals import ANONYMOUS, Principal
from vauban.kernel.stores import Changeset, World
from vauban.policy import Policies

_KEPT = 20_000


@dataclass(frozen=True, eq=False)
class Caller:
    """A principal, its policies, and how the trail names it. Compared by identity: new policies make a new caller."""

    principal: Principal
    policies: Policies
    trail_identity: tuple[str, str, str, str, str, str, str]
    standing: Standing = NOWHERE
    """Of its account in an organization; nowhere where there is none."""
    trail_session: tuple[float, bool, str, str, str] | None = None
    """``AuditEvent.session``."""


class Callers:
    """Callers by access key, each kept for as long as the records it was made from are the newest."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._callers: dict[str, tuple[AccessKey | Session, Sources, Caller]] = {}
        self._settled: dict[str, tuple[int, AccessKey | Session, Caller]] = {}
        """By access key id too: the newest change of all when the credentials were looked up, and whose they are."""

    def of(self, identified: Identified, changes: Changeset) -> Caller:
        """Raises UnrecognizedClientException where the user or role behind the credentials is gone, or the account
        closed. While nothing at all has changed, nobody is looked up twice."""
        credentials = identified.access_key or identified.session
        if credentials is None:
            return NOBODY
        settled = self._settled.get(credentials.access_key_id)
        if settled is not None and settled[0] == changes.epoch and settled[1] is credentials:
            return settled[2]
        caller = self._look_up(credentials, changes)
        if len(self._settled) >= _KEPT:
            self._settled.clear()
        self._settled[credentials.access_key_id] = (changes.epoch, credentials, caller)
        return caller

    def _look_up(self, credentials: AccessKey | Session, world: World) -> Caller:
        if isinstance(credentials, Session):
            account, caller = credentials.principal.account, self._of_session(credentials, world)
        else:
            account, caller = credentials.account, self._of_access_key(credentials, world)
        standing = self._standings.of(account, world)
        if standing.closed:
            raise gone()
        return standing.bound(caller)

    def _of_access_key(self, access_key: AccessKey, world: World) -> Caller:
        found = _sources_of_access_key(access_key, world)
        kept = self._callers.get(access_key.access_key_id)
        if kept is not None and kept[0] is access_key and found.is_still(kept[1]):
            return kept[2]
        return self._keep(access_key.access_key_id, access_key, found, _of_access_key(access_key, found))

    def _of_session(self, session: Session, world: World) -> Caller:
        principal = session.principal
        found = sources(principal, world)
        kept = self._callers.get(principal.access_key_id)
        if kept is not None and kept[0] is session and found.is_still(kept[1]):
            return kept[2]
        return self._keep(principal.access_key_id, session, found, caller_of_session(principal, found))

    def _keep(self, key_id: str, credentials: AccessKey | Session, found: Sources, caller: Caller) -> Caller:
        if len(self._callers) >= _KEPT:
            del self._callers[next(iter(self._callers))]
        self._callers[key_id] = (credentials, found, caller)
        return caller


def _sources_of_access_key(access_key: AccessKey, world: World) -> Sources:
    if not access_key.user_name:
        return Sources(None)
    records = world.at(access_key.account, "")
    user = records.get(User, access_key.user_name)
    if user is None:
        raise gone()
    return Sources(attachments(records, user))


def _of_access_key(access_key: AccessKey, found: Sources) -> Caller:
    if found.attached is None:
        return caller_of(root_principal(access_key.account, access_key.access_key_id), Policies())
    user = found.attached.identity
    principal = Principal(
        kind="user",
        account=user.account,
        arn=user.arn,
        unique_id=user.user_id,
        name=user.name,
        access_key_id=access_key.access_key_id,
        tags=user.tags,
    )
    return caller_of(principal, found.policies(None))


def caller_of_session(principal: Principal, found: Sources) -> Caller:
    """The session's own tags, over those that its user or role has now."""
    if found.attached is not None:
        principal = replace(principal, tags=merged(found.attached.identity.tags, principal.tags))
    return caller_of(principal, found.policies(principal.session))


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
