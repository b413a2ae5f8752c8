import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from vauban.crypto.certificates import create_authority, issue, self_signed

HOSTS = ("localhost", "*.vauban.test", "127.0.0.1", "::1")


def handshake(chain: bytes, key: bytes, trusted: bytes, host: str, place: Path) -> None:
    """A TLS handshake in memory; ssl.SSLCertVerificationError where the client does not trust the server."""
    (place / "chain.pem").write_bytes(chain)
    (place / "key.pem").write_bytes(key)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(place / "chain.pem", place / "key.pem")
    client_context = ssl.create_default_context(cadata=trusted.decode())
    upward, downward = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(downward, upward, server_hostname=host)
    server = server_context.wrap_bio(upward, downward, server_side=True)
    for side in (client, server) * 3:
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert client.version() == server.version() == "TLSv1.3"


@pytest.mark.parametrize("host", ["localhost", "kms.vauban.test", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_authority_trusts_every_host(tmp_path: Path, host: str) -> None:
    chain, key = self_signed(HOSTS)
    authority = chain[chain.rindex(b"-----BEGIN") :]
    handshake(chain, key, authority, host, tmp_path)


@pytest.mark.parametrize("host", ["example.com", "vauban.test", "127.0.0.2"])
def test_other_hosts_are_not_trusted(tmp_path: Path, host: str) -> None:
    chain, key = self_signed(HOSTS)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(chain, key, chain[chain.rindex(b"-----BEGIN") :], host, tmp_path)


def test_another_authority_is_not_trusted(tmp_path: Path) -> None:
    chain, key = self_signed(HOSTS)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(chain, key, create_authority()[0], "localhost", tmp_path)


def test_openssl_finds_the_chain_sound_by_its_strictest_rules(openssl: Callable[..., bytes], tmp_path: Path) -> None:
    authority, authority_key = create_authority()
    leaf, _ = issue(HOSTS, authority, authority_key)
    (tmp_path / "authority.pem").write_bytes(authority)
    (tmp_path / "leaf.pem").write_bytes(leaf)
    options = ("-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost")
    said = openssl("verify", *options, "-CAfile", tmp_path / "authority.pem", tmp_path / "leaf.pem")
    assert said.strip().endswith(b"OK")


def test_an_authority_can_sign_no_authority_and_a_leaf_nothing() -> None:
    chain, _ = self_signed(HOSTS)
    leaf, authority = x509.load_pem_x509_certificates(chain)
    constraints = [
        certificate.extensions.get_extension_for_class(x509.BasicConstraints).value for certificate in (leaf, authority)
    ]
    assert [(each.ca, each.path_length) for each in constraints] == [(False, None), (True, 0)]
    assert not leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_a_leaf_lives_no_longer_than_clients_accept() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    leaf, authority = x509.load_pem_x509_certificates(self_signed(HOSTS, now)[0])
    assert leaf.not_valid_before_utc < now
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    assert authority.not_valid_after_utc > leaf.not_valid_after_utc


def test_two_chains_share_nothing() -> None:
    first, second = (x509.load_pem_x509_certificates(self_signed(["localhost"])[0]) for _ in range(2))
    assert not {each.serial_number for each in first} & {each.serial_number for each in second}


@pytest.mark.parametrize("hosts", [[], [""], ["bücher.example"]])
def test_what_is_no_host_is_refused(hosts: list[str]) -> None:
    with pytest.raises(ValueError):
        self_signed(hosts)
