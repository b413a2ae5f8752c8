"""What an operator may set about seals."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from vauban.crypto.errors import MissingSecret, SealError
from vauban.crypto.seals.secret_files import read_secret


@dataclass(frozen=True)
class SealSettings:
    kind: str = "file"
    """``file``, ``passphrase``, ``pkcs11`` or ``ephemeral``: the seal of a data directory that has none yet."""
    key_file: str = ""
    """Of ``file``: where the key lies, if not in the data directory."""
    passphrase: str = field(default="", repr=False)
    passphrase_file: str = ""
    argon2_memory_kib: int = 256 * 1024
    """Of a new ``passphrase`` seal: what opening it costs, in memory."""
    pkcs11_module: str = ""
    """The token's library: ``/usr/lib/softhsm/libsofthsm2.so``."""
    pkcs11_token: str = ""
    """The token's label."""
    pkcs11_key: str = ""
    """The label of the AES key on the token, ``vauban`` if not set; made if absent."""
    pkcs11_pin: str = field(default="", repr=False)
    pkcs11_pin_file: str = ""

    def with_secret(self, secret: str) -> "SealSettings":
        """These settings with what somebody typed to unseal: the passphrase or the PIN, whichever the seal asks for."""
        return replace(self, passphrase=secret, pkcs11_pin=secret)

    def read_passphrase(self) -> str:
        """Raises MissingSecret where there is none, SealError where its file does not do."""
        return _given(self.passphrase, self.passphrase_file, "passphrase")

    def read_pin(self) -> str:
        """Raises MissingSecret where there is none, SealError where its file does not do."""
        return _given(self.pkcs11_pin, self.pkcs11_pin_file, "PIN")


def _given(value: str, path: str, what: str) -> str:
    if not value and path:
        try:
            value = read_secret(Path(path)).decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise SealError(f"{path} is not UTF-8") from None
    if not value:
        raise MissingSecret(f"the seal needs its {what}")
    return value
