"""The seal of a data directory, by its settings: opened at start, opened later, or changed for another."""

from pathlib import Path

from vauban.crypto import sealfile
from vauban.crypto.sealers import AccountSealer
from vauban.crypto.seals import Seal, create_seal, reopen_seal, seal_class
from vauban.crypto.seals.settings import SealSettings
from vauban.settings import Settings

_ASKED_FOR = {"passphrase": "passphrase", "pkcs11": "PIN"}


class Sealing:
    """What stands between a data directory and the keys in it. Everything here may raise SealError."""

    def __init__(self, settings: Settings):
        self.directory: Path = settings.directory
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
        return _ASKED_FOR.get(self.kind, "") if seal_class(self.kind).needs_passphrase else ""

    @property
    def opens_by_itself(self) -> bool:
        """Whether nobody has to be asked: nothing is needed, or a file has it."""
        files = {"passphrase": self._settings.passphrase_file, "PIN": self._settings.pkcs11_pin_file}
        return not self.needs or bool(files[self.needs])

    def open(self, secret: str = "") -> AccountSealer:
        """The sealer of the directory's secrets; a directory without a seal gets one first."""
        settings = self._settings.with_secret(secret)
        sealed = sealfile.read(self.directory)
        if sealed is None:
            return sealfile.initialize(self.directory, create_seal(settings, self.directory))
        return sealfile.unseal(self.directory, self._reopened(settings))

    def rewrap(self, settings: SealSettings, new_secret: str, old_secret: str = "") -> None:
        """Put the root key under another seal; nothing that it protects is touched."""
        old = self._reopened(self._settings.with_secret(old_secret))
        new = create_seal(settings.with_secret(new_secret), self.directory)
        sealfile.rewrap(self.directory, old, new)

    def _reopened(self, settings: SealSettings) -> Seal:
        sealed = sealfile.read(self.directory)
        return reopen_seal(sealed.seal, sealed.parameters, settings, self.directory)
