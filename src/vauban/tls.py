"""The TLS that the API door is given by its settings."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vauban.settings import Settings
from vauban.sockets import owned_directory

if TYPE_CHECKING:
    from ssl import SSLContext

CHAIN = "tls-chain.pem"
KEY = "tls-key.pem"


def tls_of(settings: Settings) -> "SSLContext | None":
    """A context for TLS 1.2 and newer, or None where none is asked for."""
    if not settings.secure:
        return None
    from vauban.http.tls import server_context

    if settings.tls_certificate:
        return server_context(settings.tls_certificate, settings.tls_key)
    return server_context(*(str(path) for path in own_certificate(settings)))


def trust_bundle(settings: Settings) -> str:
    """What clients have to trust, as a file; "" where that is up to whoever gave the certificate."""
    return str(own_certificate(settings)[0].resolve()) if settings.secure and not settings.tls_certificate else ""


def own_certificate(settings: Settings) -> tuple[Path, Path]:
    """Chain and key of a certificate for this server's names, made at the first start that needs one."""
    directory = owned_directory() if settings.scratch else settings.directory
    chain, key = directory / CHAIN, directory / KEY
    if not (chain.exists() and key.exists()):
        from vauban.crypto.certificates import self_signed

        names = ["localhost", "127.0.0.1", "::1", *({settings.host} - {"0.0.0.0", "::", "127.0.0.1", "localhost"})]
        chain_pem, key_pem = self_signed(names)
        _write(key, key_pem)
        _write(chain, chain_pem)
    return chain, key


def _write(path: Path, text: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(text)
