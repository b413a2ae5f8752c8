"""PKCS #11 tokens, each under the id of the CloudHSM cluster that it stands for.

A token is logged into once in a process; its sessions are kept and each used by one thread at a time. Its AES keys are
made there, sensitive and not extractable, and found by their labels.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest
from threading import Lock
from typing import TYPE_CHECKING, Any

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from vauban.outside import Outside

IV_SIZE = 12
TAG_SIZE = 16


class ClusterFailed(WorkFailed):
    """Why: a ``ConnectionErrorCode`` of DescribeCustomKeyStores."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class NotOfTheToken(WorkFailed):
    """A ciphertext that was altered, or was made under another key or with other authenticated data."""


@dataclass(frozen=True)
class Cluster:
    """Where a token is."""

    module: str
    """Path of its library."""
    token: str
    """Its label."""
    account: str = ""
    """Whose it is; anybody's, where nobody is named."""


class Clusters:
    """The tokens that the operator has set up, by cluster id."""

    def __init__(self, known: Mapping[str, Cluster] | None = None):
        self._known = dict(known or {})
        self._tokens: dict[str, _Token] = {}
        self._lock = Lock()

    def has(self, cluster_id: str, account: str) -> bool:
        """Whether there is such a cluster, for that account."""
        found = self._known.get(cluster_id)
        return found is not None and found.account in ("", account)

    def related(self, one: str, other: str) -> bool:
        """Whether two ids stand for tokens of one label, as a backup and what it was made from do."""
        tokens = {self._known[each].token if each in self._known else each for each in (one, other)}
        return len(tokens) == 1

    @contextmanager
    def session(self, cluster_id: str, pin: str, account: str) -> Iterator[Any]:
        """A session of the token's crypto user; after a failure the next one logs in anew. Raises ClusterFailed."""
        if not self.has(cluster_id, account):
            raise ClusterFailed("CLUSTER_NOT_FOUND")
        try:
            import pkcs11
        except ImportError:
            raise ClusterFailed("CLUSTER_NOT_FOUND") from None
        try:
            with self._token(cluster_id, pin).session() as session:
                yield session
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            self.leave(cluster_id)
            raise ClusterFailed(_code(error)) from None

    def leave(self, cluster_id: str) -> None:
        """Log out of a token, in this process."""
        with self._lock:
            token = self._tokens.pop(cluster_id, None)
        if token is not None:
            token.close()

    def close(self) -> None:
        """Log out of every token, in this process."""
        for cluster_id in tuple(self._tokens):
            self.leave(cluster_id)

    def _token(self, cluster_id: str, pin: str) -> "_Token":
        """The token, logged into by this PIN and no other: a token that is open lets everyone of a process in."""
        with self._lock:
            token = self._tokens.get(cluster_id)
            if token is not None and not compare_digest(token.pin, pin.encode()):
                del self._tokens[cluster_id]
                token.close()
                token = None
            if token is None:
                token = self._tokens[cluster_id] = _Token(self._known[cluster_id], pin)
            return token


class _Token:
    """A token that is logged into, and its sessions."""

    def __init__(self, cluster: Cluster, pin: str):
        import pkcs11

        self.pin = pin.encode()
        self._token = pkcs11.lib(cluster.module).get_token(token_label=cluster.token)
        self._sessions = [self._token.open(rw=True, user_pin=pin)]
        self._first = self._sessions[0]
        self._lock = Lock()
        self._closed = False

    @contextmanager
    def session(self) -> Iterator[Any]:
        with self._lock:
            session = self._sessions.pop() if self._sessions else self._token.open(rw=True)
        try:
            yield session
        finally:
            with self._lock:
                if not self._closed:
                    self._sessions.append(session)

    def close(self) -> None:
        """Log out; sessions in use fail."""
        import pkcs11

        with self._lock:
            self._closed = True
            for session in {*self._sessions, self._first}:
                with suppress(pkcs11.PKCS11Error):
                    session.close()


def log_in(outside: "Outside", cluster_id: str, pin: str, account: str) -> None:
    """Log in anew, whatever was open before. Raises ClusterFailed."""
    outside.clusters.leave(cluster_id)
    with outside.clusters.session(cluster_id, pin, account):
        pass


def log_out(outside: "Outside", cluster_id: str) -> None:
    """Log out, in this process."""
    outside.clusters.leave(cluster_id)


def make_key(outside: "Outside", cluster_id: str, pin: str, account: str, label: str) -> None:
    """Make an AES-256 key on the token that cannot leave it. Raises ClusterFailed."""
    from pkcs11 import Attribute, KeyType, MechanismFlag

    template = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
    allowed = MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT
    with outside.clusters.session(cluster_id, pin, account) as session:
        session.generate_key(KeyType.AES, 256, label=label, store=True, capabilities=allowed, template=template)


def destroy_key(outside: "Outside", cluster_id: str, pin: str, account: str, label: str) -> None:
    """Destroy a key of the token; one that is gone is no failure. Raises ClusterFailed."""
    with outside.clusters.session(cluster_id, pin, account) as session:
        for key in _keys(session, label):
            key.destroy()


def encrypt(
    outside: "Outside", cluster_id: str, pin: str, account: str, label: str, plaintext: bytes, authenticated: bytes
) -> tuple[bytes, bytes, bytes]:
    """IV, ciphertext and tag of AES-GCM on the token. Raises ClusterFailed."""
    iv = os.urandom(IV_SIZE)
    with outside.clusters.session(cluster_id, pin, account) as session:
        sealed = _key(session, label).encrypt(plaintext, **_gcm(iv, authenticated))
    return iv, sealed[:-TAG_SIZE], sealed[-TAG_SIZE:]


def decrypt(
    outside: "Outside",
    cluster_id: str,
    pin: str,
    account: str,
    label: str,
    sealed: tuple[bytes, bytes, bytes],
    authenticated: bytes,
) -> bytes:
    """The plaintext of what ``encrypt`` gave. Raises NotOfTheToken, or ClusterFailed."""
    import pkcs11

    iv, ciphertext, tag = sealed
    with outside.clusters.session(cluster_id, pin, account) as session:
        key = _key(session, label)
        try:
            return key.decrypt(ciphertext + tag, **_gcm(iv, authenticated))
        except (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange, pkcs11.GeneralError):
            raise NotOfTheToken from None


def random(outside: "Outside", cluster_id: str, pin: str, account: str, size: int) -> bytes:
    """Random bytes of the token. Raises ClusterFailed."""
    with outside.clusters.session(cluster_id, pin, account) as session:
        return session.generate_random(size * 8)


def _gcm(iv: bytes, authenticated: bytes) -> dict[str, Any]:
    from pkcs11 import GCMParams, Mechanism

    return {"mechanism": Mechanism.AES_GCM, "mechanism_param": GCMParams(iv, authenticated, TAG_SIZE * 8)}


def _keys(session: Any, label: str) -> list[Any]:
    from pkcs11 import Attribute, KeyType, ObjectClass

    wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES, Attribute.LABEL: label}
    return list(session.get_objects(wanted))


def _key(session: Any, label: str) -> Any:
    found = _keys(session, label)
    if len(found) != 1:
        raise ClusterFailed("INTERNAL_ERROR")
    return found[0]


def _code(error: Exception) -> str:
    import pkcs11

    codes: list[tuple[type | tuple[type, ...], str]] = [
        ((pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange), "INVALID_CREDENTIALS"),
        (pkcs11.PinLocked, "USER_LOCKED_OUT"),
        (pkcs11.UserPinNotInitialized, "USER_NOT_FOUND"),
        ((pkcs11.UserAlreadyLoggedIn, pkcs11.AnotherUserAlreadyLoggedIn), "USER_LOGGED_IN"),
        ((pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned, pkcs11.TokenNotPresent), "CLUSTER_NOT_FOUND"),
        ((pkcs11.DeviceError, pkcs11.DeviceRemoved), "INSUFFICIENT_CLOUDHSM_HSMS"),
    ]
    return next((code for kinds, code in codes if isinstance(error, kinds)), "INTERNAL_ERROR")
