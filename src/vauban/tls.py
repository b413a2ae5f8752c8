"""The TLS that the API door is given by its settings."""

from typing import TYPE_CHECKING

from vauban.settings import Settings

if TYPE_CHECKING:
    from ssl import SSLContext


def tls_of(settings: Settings) -> "SSLContext | None":
    """A context for TLS 1.2 and newer, or None where none is asked for."""
    if not settings.tls_certificate:
        return None
    from vauban.http.tls import server_context

    return server_context(settings.tls_certificate, settings.tls_key)
