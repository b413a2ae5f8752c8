"""Where messages are posted to, and where they are not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vauban.crypto.certificates import self_signed
from vauban.http.tls import server_context
from vauban.outside.webhooks import WebhookFailed, Webhooks, is_reachable


class Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    server.taken = []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def authority(endpoint, tmp_path) -> str:
    """Of the endpoint's, which speaks TLS from here on."""
    chain, key = self_signed(["localhost"])
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    context = server_context(str(tmp_path / "chain.pem"), str(tmp_path / "key.pem"))
    endpoint.socket = context.wrap_socket(endpoint.socket, server_side=True)
    return str(tmp_path / "chain.pem")


def test_an_endpoint_of_a_private_authority_is_trusted_where_the_settings_say_so(endpoint, authority):
    url = f"https://localhost:{endpoint.server_port}/"
    with pytest.raises(WebhookFailed):
        Webhooks().post(url, {}, b"x")
    assert endpoint.taken == []
    assert Webhooks(authority).post(url, {}, b"x") == 200
    assert endpoint.taken == [b"x"]


def test_a_certificate_for_another_name_is_not_enough(endpoint, authority):
    with pytest.raises(WebhookFailed):
        Webhooks(authority).post(f"https://127.0.0.1:{endpoint.server_port}/", {}, b"x")
    assert endpoint.taken == []


def test_loopback_is_taken_unless_only_public_addresses_are(endpoint):
    url = f"http://localhost:{endpoint.server_port}/"
    assert Webhooks().post(url, {}, b"x") == 200
    with pytest.raises(WebhookFailed):
        Webhooks(public=True).post(url, {}, b"x")
    assert endpoint.taken == [b"x"]


@pytest.mark.parametrize(
    ("address", "anywhere", "public"),
    [
        ("169.254.169.254", False, False),
        ("169.254.170.2", False, False),
        ("fe80::1%eth0", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fd00:ec2::254", False, False),
        ("224.0.0.1", False, False),
        ("127.0.0.1", True, False),
        ("10.0.0.1", True, False),
        ("::ffff:10.0.0.1", True, False),
        ("fd12::1", True, False),
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
    ],
)
def test_link_local_addresses_are_never_reached_and_private_ones_where_they_may_be(address, anywhere, public):
    assert is_reachable(address, public=False) is anywhere
    assert is_reachable(address, public=True) is public
