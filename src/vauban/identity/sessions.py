"""Sessions: temporary credentials that carry themselves, so that no record has to be found to believe them."""

import base64
import zlib
from dataclasses import dataclass, field, replace

import msgspec

from vauban.identity.access_keys import new_access_key_id, new_secret_access_key
from vauban.kernel.principals import Principal
from vauban.kernel.sealing import Sealer

_FORM = b"\x02"
_ACCOUNT_DIGITS = 12
_BINDING = b"session token"
LONGEST_TOKEN = 4096
"""Characters."""
_KEPT = 4096
"""How many opened tokens are remembered."""


@dataclass(frozen=True)
class Session:
    """What a session token says."""

    principal: Principal
    """With the session's own tags, its context, and the temporary access key's id."""
    secret_access_key: bytes = field(repr=False)
    expires: float
    """Seconds since the epoch, by Vauban's clock."""

    @property
    def access_key_id(self) -> str:
        return self.principal.access_key_id


class OversizedSession(ValueError):
    """A session that says more than a token can carry."""

    def __init__(self, size: int):
        super().__init__(f"the session token would have {size} characters")
        self.size = size


class Sessions:
    """Issues session tokens, and reads them again.

    A token is base64 of ``02 | account (12 digits) | the session, packed and sealed for that account``.
    """

    def __init__(self, sealer: Sealer):
        self._sealer = sealer
        self._opened: dict[str, Session] = {}

    def issue(self, principal: Principal, seconds: float, *, smallest_token: int = 0) -> tuple[Session, str]:
        """A session of ``seconds`` for a principal with its context, with an access key (``ASIA…``), and its token.

        ``smallest_token`` is the least length of the token. Raises OversizedSession.
        """
        account, context = principal.account, principal.session
        if len(account) != _ACCOUNT_DIGITS or context is None:
            raise ValueError("a session belongs to an account, and has a beginning")
        session = Session(
            principal=replace(principal, access_key_id=new_access_key_id(account, prefix="ASIA")),
            secret_access_key=new_secret_access_key(),
            expires=context.issued + seconds,
        )
        return session, self._token(session, smallest_token)

    def open(self, token: str) -> Session | None:
        """The session of a token, though it may have expired since; None for what is no token of ours.

        The same object for as long as it is remembered.
        """
        found = self._opened.get(token)
        if found is None:
            found = self._read(token)
            if found is not None:
                if len(self._opened) >= _KEPT:
                    del self._opened[next(iter(self._opened))]
                self._opened[token] = found
        return found

    def _token(self, session: Session, smallest: int) -> str:
        packed = zlib.compress(msgspec.msgpack.encode(session), 9)
        token = self._sealed(session.principal.account, packed)
        if len(token) < smallest:
            token = self._sealed(session.principal.account, packed + bytes(-(-(smallest - len(token)) // 4) * 3))
        if len(token) > LONGEST_TOKEN:
            raise OversizedSession(len(token))
        return token

    def _sealed(self, account: str, packed: bytes) -> str:
        sealed = self._sealer.seal(account, packed, _BINDING)
        return base64.b64encode(_FORM + account.encode() + sealed).decode()

    def _read(self, token: str) -> Session | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            text = base64.b64decode(token, validate=True)
            account = text[1 : 1 + _ACCOUNT_DIGITS].decode("ascii")
            if text[:1] != _FORM:
                return None
            packed = self._sealer.unseal(account, text[1 + _ACCOUNT_DIGITS :], _BINDING)
            return msgspec.msgpack.decode(zlib.decompressobj().decompress(packed), type=Session)
        except ValueError:
            return None
