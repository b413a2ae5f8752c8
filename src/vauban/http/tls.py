"""TLS for servers. ``ssl`` is imported with this module, and this module only where TLS is asked for."""

import ssl

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, those with forward secrecy and authenticated encryption; TLS 1.3 has no others."""


def server_context(certificate: str, key: str | None = None) -> ssl.SSLContext:
    """A context for TLS 1.2 and later, from PEM files; ``key`` may stand in the certificate's file.

    Raises OSError (ssl.SSLError among them) for files that are missing, malformed or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key, password=_refuse_encrypted_key)
    return context


def _refuse_encrypted_key() -> bytes:
    """OpenSSL would ask at the terminal."""
    raise ssl.SSLError("the private key is encrypted")
