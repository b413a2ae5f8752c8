"""As much of S3 as reading a trail's buckets needs, over the directory that the trail was delivered to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

METADATA = ".metadata"


class _Buckets(BaseHTTPRequestHandler):
    def __init__(self, directory: Path, *arguments):
        self._directory = directory
        super().__init__(*arguments)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        asked = parse_qs(url.query, keep_blank_values=True)
        if "location" in asked:
            self._answer(200, b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')
        elif key:
            self._object(self._directory / bucket / key)
        else:
            self._list(bucket, asked.get("prefix", [""])[0], asked.get("marker", [""])[0])

    def _object(self, file: Path) -> None:
        if not file.is_file():
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>It is not there.</Message></Error>")
            return
        beside = file.with_name(file.name + METADATA)
        metadata = json.loads(beside.read_text()) if beside.exists() else {}
        self._answer(200, file.read_bytes(), {f"x-amz-meta-{name}": value for name, value in metadata.items()})

    def _list(self, bucket: str, prefix: str, marker: str) -> None:
        folder = self._directory / bucket
        keys = (str(each.relative_to(folder)) for each in folder.rglob("*.gz"))
        found = sorted(key for key in keys if key.startswith(prefix) and key > marker)
        entries = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in found)
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
        self._answer(200, body.encode())

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Nothing."""


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """The URL under which the folders of ``directory`` are buckets."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Buckets, directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
