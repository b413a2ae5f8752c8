"""Sessions: temporary credentials that carry themselves, so that no record has to be found to believe them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec

from vauban.identity.access_keys import new_access_key_id, new_secret_access_key
from vauban.kernel.principals import Principal
from vauban.kernel.sealing import Sealer

_FORM = b"\x01"
_ACCOUNT_DIGITS = 12
_BINDING = b"session token"
_LONGEST_TOKEN = 16 * 1024


@dataclass(frozen=True)
class Session:
    """What a session token says."""

    principal: Principal
    """With the session's tags, and the temporary access key's id."""
    secret_access_key: bytes = field(repr=False)
    issued: float
    """Seconds of real time since the epoch, as is ``expires``."""
    expires: float
    policies: tuple[str, ...] = ()
    """Session policies: documents that narrow what the principal may."""
    transitive_tags: tuple[str, ...] = ()
    """Keys of the tags that go on to the next role."""
    source_identity: str = ""
    mfa: float | None = None
    """When the caller showed a second factor (seconds since the epoch), or None."""


class Sessions:
    """Issues session tokens, and reads them again.

    A token is base64 of ``01 | account (12 digits) | the session, sealed for that account``.
    """

    def __init__(self, sealer: Sealer, now: Callable[[], float]):
        """``now`` is real time in epoch seconds: what signatures are checked against."""
        self._sealer = sealer
        self._now = now

    def issue(
        self,
        principal: Principal,
        seconds: float,
        *,
        policies: tuple[str, ...] = (),
        transitive_tags: tuple[str, ...] = (),
        source_identity: str = "",
        mfa: float | None = None,
    ) -> tuple[Session, str]:
        """A session of ``seconds`` for a principal, with an access key (``ASIA…``) of its own, and its token."""
        account = principal.account
        if len(account) != _ACCOUNT_DIGITS:
            raise ValueError("a session belongs to an account")
        issued = self._now()
        session = Session(
            principal=replace(principal, access_key_id=new_access_key_id(account, prefix="ASIA")),
            secret_access_key=new_secret_access_key(),
            issued=issued,
            expires=issued + seconds,
            policies=policies,
            transitive_tags=transitive_tags,
            source_identity=source_identity,
            mfa=mfa,
        )
        sealed = self._sealer.seal(account, msgspec.msgpack.encode(session), _BINDING)
        return session, base64.b64encode(_FORM + account.encode() + sealed).decode()

    def open(self, token: str) -> Session | None:
        """The session of a token, though it may have expired since; None for what is no token of ours."""
        if len(token) > _LONGEST_TOKEN:
            return None
        try:
            text = base64.b64decode(token, validate=True)
            account = text[1 : 1 + _ACCOUNT_DIGITS].decode("ascii")
            if text[:1] != _FORM:
                return None
            return msgspec.msgpack.decode(
                self._sealer.unseal(account, text[1 + _ACCOUNT_DIGITS :], _BINDING), type=Session
            )
        except ValueError:
            return None
