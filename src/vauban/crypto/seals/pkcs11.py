"""The root key under an AES key that never leaves a PKCS #11 token: SoftHSM, YubiHSM, Nitrokey, CloudHSM."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from vauban.crypto.errors import SealError, WrongPassphrase
from vauban.crypto.seals.settings import SealSettings

PURPOSE = b"vauban pkcs11 seal 1"
KEY_LABEL = "vauban"
NONCE_SIZE = 12
TAG_SIZE = 16


class Pkcs11Seal:
    """``CKM_AES_GCM`` by a 256-bit key, sensitive and not extractable, found by its label.

    A token counts wrong PINs and locks; each ``wrap`` or ``unwrap`` logs in once.
    """

    name: ClassVar[str] = "pkcs11"
    asks_for: ClassVar[str] = "PIN"

    def __init__(self, module: str, token: str, key: str, pin: str):
        """The path of the token's library, the labels of token and key, and the user's PIN."""
        self._pin = pin
        self.parameters: dict[str, Any] = {"module": module, "token": token, "key": key}

    @classmethod
    def create(cls, settings: SealSettings, directory: Path) -> Self:
        """Makes the key on the token unless there is one of that label."""
        label = settings.pkcs11_key or KEY_LABEL
        seal = cls(settings.pkcs11_module, settings.pkcs11_token, label, settings.read_pin())
        with seal._session(writing=True) as session:
            if seal._find(session) is None:
                _generate(session, label)
        return seal

    @classmethod
    def reopen(cls, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Self:
        module = settings.pkcs11_module or str(parameters.get("module", ""))
        token = settings.pkcs11_token or str(parameters.get("token", ""))
        label = settings.pkcs11_key or str(parameters.get("key", KEY_LABEL))
        return cls(module, token, label, settings.read_pin())

    def wrap(self, root: bytes) -> bytes:
        from pkcs11 import GCMParams, Mechanism

        nonce = os.urandom(NONCE_SIZE)
        with self._session() as session:
            parameters = GCMParams(nonce, PURPOSE, TAG_SIZE * 8)
            return nonce + self._key(session).encrypt(root, mechanism=Mechanism.AES_GCM, mechanism_param=parameters)

    def unwrap(self, wrapped: bytes) -> bytes:
        from pkcs11 import GCMParams, Mechanism, PKCS11Error

        with self._session() as session:
            key = self._key(session)
            parameters = GCMParams(wrapped[:NONCE_SIZE], PURPOSE, TAG_SIZE * 8)
            try:
                return key.decrypt(wrapped[NONCE_SIZE:], mechanism=Mechanism.AES_GCM, mechanism_param=parameters)
            except PKCS11Error:
                raise SealError(f"the key {self.parameters['key']!r} of the token did not seal this data") from None

    def _key(self, session: Any) -> Any:
        key = self._find(session)
        if key is None:
            raise SealError(f"the token has no AES key {self.parameters['key']!r}")
        return key

    def _find(self, session: Any) -> Any | None:
        from pkcs11 import Attribute, KeyType, MultipleObjectsReturned, NoSuchKey, ObjectClass

        label = self.parameters["key"]
        try:
            key = session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=label)
        except NoSuchKey:
            return None
        except MultipleObjectsReturned:
            raise SealError(f"the token has more than one AES key {label!r}") from None
        if key[Attribute.EXTRACTABLE]:
            raise SealError(f"the AES key {label!r} of the token can be extracted: it protects nothing")
        return key

    @contextmanager
    def _session(self, writing: bool = False) -> Iterator[Any]:
        if not self.parameters["module"]:
            raise SealError("the pkcs11 seal needs the path of the token's library")
        try:
            import pkcs11
        except ImportError:
            raise SealError("the pkcs11 seal needs python-pkcs11: pip install 'vauban[pkcs11]'") from None
        try:
            token = pkcs11.lib(self.parameters["module"]).get_token(token_label=self.parameters["token"])
            with token.open(rw=writing, user_pin=self._pin) as session:
                yield session
        except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid):
            raise WrongPassphrase("the token refused the PIN") from None
        except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned):
            raise SealError(f"there is not one token {self.parameters['token']!r}") from None
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SealError(f"the token failed: {type(error).__name__}: {error}") from None


def _generate(session: Any, label: str) -> None:
    from pkcs11 import Attribute, KeyType, MechanismFlag

    template = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
    allowed = MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT
    session.generate_key(KeyType.AES, 256, label=label, store=True, capabilities=allowed, template=template)
