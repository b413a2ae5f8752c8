import ssl
import subprocess

import pytest

from vauban.http.tls import server_context
from vauban.kernel.requests import Request, Response

LAST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    directory = tmp_path_factory.mktemp("tls")
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*command, *names, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def served(serve, pem):
    async def secure(request: Request) -> Response:
        return Response(200, {}, f"secure={request.secure}".encode() + b"." * 300_000)

    return serve(secure, tls=server_context(str(pem[0]), str(pem[1])))


def openssl(port: int, *options: str) -> subprocess.CompletedProcess:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options]
    return subprocess.run(command, input=b"", capture_output=True, timeout=20)


def test_requests_over_tls_are_secure(served, pem):
    context = ssl.create_default_context(cafile=str(pem[0]))
    with served.connect() as client:
        client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
        client.send(LAST)
        answer = client.rest()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"secure=True" in answer
        assert answer.endswith(b"." * 300_000)


def test_a_bad_request_over_tls_is_answered(served, pem):
    context = ssl.create_default_context(cafile=str(pem[0]))
    with served.connect() as client:
        client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
        client.send(b"nonsense\r\n\r\n")
        assert client.until(b"\r\n") == b"HTTP/1.1 400 Bad Request\r\n"


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(served, version):
    done = openssl(served.port, version, "-cipher", "ALL:@SECLEVEL=0")
    assert done.returncode != 0
    assert b"Cipher is (NONE)" in done.stdout


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_current_versions_are_served(served, version):
    done = openssl(served.port, version)
    assert b"Cipher is (NONE)" not in done.stdout
    assert b"New, TLSv1" in done.stdout


def test_ciphers_without_forward_secrecy_are_refused(served):
    assert openssl(served.port, "-tls1_2", "-cipher", "AES256-GCM-SHA384").returncode != 0


def test_http_1_1_is_agreed_on(served):
    assert b"ALPN protocol: http/1.1" in openssl(served.port, "-alpn", "h2,http/1.1").stdout


def test_plain_http_on_a_tls_port_is_no_request(served):
    assert b"secure=" not in served.ask(LAST)


def test_an_encrypted_key_is_refused_rather_than_asked_about(pem, tmp_path):
    encrypted = tmp_path / "encrypted.pem"
    command = ["openssl", "pkey", "-in", pem[1], "-aes256", "-passout", "pass:secret", "-out", encrypted]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ssl.SSLError):
        server_context(str(pem[0]), str(encrypted))


def test_files_that_are_not_there_are_told(tmp_path):
    with pytest.raises(OSError):
        server_context(str(tmp_path / "none.pem"))
