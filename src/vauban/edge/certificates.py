"""Which certificate a client is shown, by the name it asks for. A new snapshot's from the next handshake on."""

import secrets
import ssl
import tempfile
from collections.abc import Iterable

from vauban.aws.ssl_policies import DEFAULT_POLICY, POLICIES, Policy
from vauban.crypto.certificates import encrypted_key, host_names
from vauban.kernel.traffic import Certificate

_VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


class UnusableCertificate(Exception):
    """A certificate that no client can be shown; the message says why, for the operator."""


class Contexts:
    """One for each certificate, policy and choice of protocols; made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[Certificate, str, bool], ssl.SSLContext] = {}

    def of(self, certificate: Certificate, policy: str, http2: bool) -> ssl.SSLContext:
        """Raises UnusableCertificate."""
        key = (certificate, policy, http2)
        if key not in self._made:
            self._made[key] = _context(certificate, policy, http2)
        return self._made[key]

    def keep(self, certificates: Iterable[Certificate]) -> None:
        """Forget those of all others."""
        kept = set(certificates)
        self._made = {key: made for key, made in self._made.items() if key[0] in kept}


class Wardrobe:
    """A listener's certificates, by the names they are for."""

    def __init__(self, contexts: Contexts, certificates: Iterable[Certificate], policy: str, http2: bool):
        """The first one is shown where none is for the name. Raises UnusableCertificate where that is unusable."""
        self._by_name: dict[str, tuple[str, ssl.SSLContext]] = {}
        self._default: tuple[str, ssl.SSLContext] | None = None
        self.faults: list[str] = []
        for certificate in certificates:
            try:
                shown = (certificate.arn, contexts.of(certificate, policy, http2))
            except UnusableCertificate as fault:
                self.faults.append(f"{certificate.arn}: {fault}")
                continue
            self._default = self._default or shown
            for name in host_names(certificate.chain):
                self._by_name.setdefault(name.lower(), shown)

    def choose(self, name: str) -> tuple[str, ssl.SSLContext] | None:
        """ARN and context of the certificate for a name: its own, a wildcard's, or the default one."""
        wildcard = "*." + name.partition(".")[2]
        return self._by_name.get(name) or self._by_name.get(wildcard) or self._default


def _context(certificate: Certificate, policy: str, http2: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    allowed = POLICIES.get(policy) or POLICIES[DEFAULT_POLICY]
    context.minimum_version, context.maximum_version = _versions(allowed)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    if older := [each for each in allowed.ciphers if not each.startswith("TLS_")]:
        context.set_ciphers(":".join(older))
    context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    try:
        _load(context, certificate)
    except (ValueError, OSError) as error:
        raise UnusableCertificate(f"the certificate cannot be shown: {error}") from None
    return context


def _load(context: ssl.SSLContext, certificate: Certificate) -> None:
    """OpenSSL's interface in Python takes files alone; so the key lies there encrypted, for as long as that takes."""
    password = secrets.token_bytes(32).hex()
    with tempfile.NamedTemporaryFile("wb", suffix=".pem") as file:
        file.write(certificate.chain.rstrip() + b"\n" + encrypted_key(certificate.key, password.encode()))
        file.flush()
        context.load_cert_chain(file.name, password=password)


def _versions(policy: Policy) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    """The oldest and the newest that a policy allows; nothing older than TLS 1.2 is spoken, whatever it says."""
    spoken = [version for name, version in _VERSIONS.items() if name in policy.protocols]
    return spoken[0], spoken[-1]
