"""The seal of a data directory, by its settings: opened at start, opened later, or changed for another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from vauban.administration.doors import Answer, Refused
from vauban.crypto import sealfile
from vauban.crypto.errors import SealError
from vauban.crypto.sealers import AccountSealer
from vauban.crypto.seals import Seal, create_seal, reopen_seal, seal_class
from vauban.crypto.seals.settings import SealSettings
from vauban.settings import Settings


class Sealing:
    """What stands between a data directory and the keys in it. Everything here may raise SealError."""

    def __init__(self, settings: Settings, *, empty: bool):
        """``empty``: the directory holds nothing yet, so that it may be given a new seal."""
        self.directory: Path = settings.directory
        self._empty = empty
        self._settings = SealSettings(
            kind=settings.seal,
            key_file=settings.seal_key_file,
            passphrase_file=settings.passphrase_file,
            pkcs11_module=settings.pkcs11_module,
            pkcs11_token=settings.pkcs11_token,
            pkcs11_pin_file=settings.pkcs11_pin_file,
        )

    @property
    def kind(self) -> str:
        """``file``, ``passphrase``, ``pkcs11`` or ``ephemeral``."""
        sealed = sealfile.read(self.directory)
        return sealed.seal if sealed else self._settings.kind

    @property
    def needs(self) -> str:
        """What somebody has to be asked for before it opens: ``passphrase``, ``PIN``, or ``""``."""
        return seal_class(self.kind).asks_for

    def open(self, secret: str = "") -> AccountSealer:
        """The sealer of the directory's secrets; a directory without a seal gets one first."""
        settings = self._settings.with_secret(secret)
        sealed = sealfile.read(self.directory)
        if sealed is None:
            if not self._empty:
                raise SealError(f"{self.directory / sealfile.NAME} is missing, and nothing else opens what is kept")
            return sealfile.initialize(self.directory, create_seal(settings, self.directory))
        return sealfile.unseal(self.directory, self._reopened(settings))

    def operations(self, forget: Callable[[], None]) -> dict[str, Answer]:
        """For the operator's door. ``forget`` has the supervisor drop the keys."""

        async def seal(_: dict[str, Any]) -> dict[str, Any]:
            forget()
            return {"sealed": True}

        return {"GET seal": self._describe, "POST seal": seal, "POST seal/rewrap": self._rewrap}

    async def _describe(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"seal": self.kind, "needs": self.needs}

    async def _rewrap(self, given: dict[str, Any]) -> dict[str, Any]:
        """Put the root key under another seal; nothing that it protects is touched."""
        wanted = SealSettings(
            kind=str(given.get("to", "")),
            key_file=str(given.get("key_file") or ""),
            pkcs11_module=str(given.get("pkcs11_module") or ""),
            pkcs11_token=str(given.get("pkcs11_token") or ""),
        )
        try:
            old = self._reopened(self._settings.with_secret(str(given.get("old_secret") or "")))
            new = create_seal(wanted.with_secret(str(given.get("secret") or "")), self.directory)
            sealfile.rewrap(self.directory, old, new)
        except SealError as error:
            raise Refused(str(error)) from None
        return {"seal": self.kind}

    def _reopened(self, settings: SealSettings) -> Seal:
        sealed = sealfile.read(self.directory)
        return reopen_seal(sealed.seal, sealed.parameters, settings, self.directory)
