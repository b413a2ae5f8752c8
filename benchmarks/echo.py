"""What the HTTP core costs, beside servers that do nothing at all.

    python -m benchmarks.echo

asyncio and uvloop answer every read with the same bytes, unread: the floor. Ours parses, bounds and frames.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from benchmarks.load import Load, Serving, free_port, interleave, press, serving

from vauban.http.loops import new_loop
from vauban.http.servers import Server
from vauban.http.sockets import bind_tcp
from vauban.kernel.requests import Request, Response

BODY = b'{"CiphertextBlob":"' + b"A" * 300 + b'"}'
HEADERS = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "1234abcd-12ab-34cd-56ef-1234567890ab"}
CANNED = (
    b"HTTP/1.1 200 OK\r\ndate: Sun, 30 Aug 2015 12:36:00 GMT\r\ncontent-type: application/x-amz-json-1.1\r\n"
    b"x-amzn-RequestId: 1234abcd-12ab-34cd-56ef-1234567890ab\r\ncontent-length: %d\r\n\r\n" % len(BODY)
) + BODY
REQUEST = Request(
    "POST",
    "/",
    headers={
        "Host": "127.0.0.1:4566",
        "Accept-Encoding": "identity",
        "X-Amz-Target": "TrentService.Encrypt",
        "Content-Type": "application/x-amz-json-1.1",
        "User-Agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.2 "
        "md/pyimpl#CPython m/b,Z,D cfg/retry-mode#legacy Botocore/1.44.5",
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/kms/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}",
        "amz-sdk-invocation-id": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "amz-sdk-request": "attempt=1",
    },
    body=b'{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Plaintext":"' + b"A" * 200 + b'"}',
)
"""As large and as many-headed as boto3's."""


class Floor(asyncio.Protocol):
    """Answers without reading."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(CANNED)


async def canned(request: Request) -> Response:
    return Response(200, HEADERS, BODY)


async def serve_floor(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Floor, sock=bind_tcp("127.0.0.1", port))
    await server.serve_forever()


async def serve_ours(port: int) -> None:
    await Server(canned).listen(bind_tcp("127.0.0.1", port))
    await asyncio.Event().wait()


SERVERS = {
    "asyncio, unread": (asyncio.new_event_loop, serve_floor),
    "uvloop, unread": (new_loop, serve_floor),
    "our core on asyncio": (asyncio.new_event_loop, serve_ours),
    "our core on uvloop": (new_loop, serve_ours),
}


@contextmanager
def running(name: str) -> Iterator[Serving]:
    port = free_port()
    with serving([sys.executable, "-m", "benchmarks.echo", "serve", name, str(port)], port) as server:
        yield server


def measure(name: str) -> Load:
    with running(name) as server:
        press(server, [REQUEST], seconds=1)
        return press(server, [REQUEST])


def main() -> None:
    loads = interleave({name: partial(measure, name) for name in SERVERS})
    floor = loads["asyncio, unread"].cpu_us
    print(f"{'server':22} {'CPU us/request':>14} {'× asyncio':>10} {'requests/s':>11} {'p50 ms':>7} {'p99 ms':>7}")
    for name, load in loads.items():
        figures = (
            f"{load.cpu_us:14.1f} {load.cpu_us / floor:10.2f} {load.rps:11,.0f} {load.p50_ms:7.2f} {load.p99_ms:7.2f}"
        )
        print(f"{name:22} {figures}" + (f"  {load.errors} errors" if load.errors else ""))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        loop, serve = SERVERS[sys.argv[2]]
        loop().run_until_complete(serve(int(sys.argv[3])))
    else:
        main()
