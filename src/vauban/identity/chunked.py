"""Bodies in AWS's own chunks, each signed on top of the one before, with or without trailing headers.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
"""

import hmac
import re
from collections.abc import Iterator
from hashlib import sha256

from vauban.identity import errors
from vauban.identity.signing_keys import SigningKey
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_WITH_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
STREAMING_FORMS = frozenset((SIGNED, SIGNED_WITH_TRAILER, UNSIGNED_WITH_TRAILER))

_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?")
_TRAILER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_LONGEST_LINE = 8192
_EMPTY_HASH = sha256().hexdigest()
_CHECKSUM = "x-amz-checksum-"
"""What a trailer may tell; anything else there is no business of a trailer's."""
_TRAILER_SIGNATURE = "x-amz-trailer-signature"


def decode_chunked(request: Request, form: str, key: SigningKey, time: str, seed: str) -> None:
    """Replace the body by what its chunks carry, and add the announced trailers to the headers.

    ``seed`` is the request's own signature, on which the first chunk's stands. Raises AwsError for a chunk or trailer
    whose signature is wrong, and for a body that is cut short or malformed.
    """
    reader = _Reader(request.body)
    signer = _Chain(key, time, seed) if form != UNSIGNED_WITH_TRAILER else None
    decoded = b"".join(_chunks(reader, signer))
    trailers = _trailers(reader)
    if form == SIGNED and trailers:
        raise _malformed()
    if form == SIGNED_WITH_TRAILER:
        signer.check_trailers(trailers)
    _check_length(request, decoded)
    _replace(request, decoded, trailers)


class _Reader:
    """Lines and blocks of a body."""

    def __init__(self, body: bytes):
        self._body = body
        self._position = 0

    def line(self) -> bytes:
        end = self._body.find(b"\r\n", self._position, self._position + _LONGEST_LINE)
        if end < 0:
            raise _malformed()
        line = self._body[self._position : end]
        self._position = end + 2
        return line

    def block(self, size: int) -> bytes:
        end = self._position + size
        if self._body[end : end + 2] != b"\r\n":
            raise _malformed()
        block = self._body[self._position : end]
        self._position = end + 2
        return block

    @property
    def finished(self) -> bool:
        return self._position >= len(self._body)


class _Chain:
    """Signatures, each over the one before."""

    def __init__(self, key: SigningKey, time: str, seed: str):
        self._key = key
        self._time = time
        self._previous = seed

    def check_chunk(self, data: bytes, signature: bytes | None) -> None:
        rest = f"{self._previous}\n{_EMPTY_HASH}\n{sha256(data).hexdigest()}"
        self._check("AWS4-HMAC-SHA256-PAYLOAD", rest, (signature or b"").decode())

    def check_trailers(self, trailers: dict[str, str]) -> None:
        signature = trailers.pop(_TRAILER_SIGNATURE, "")
        lines = "".join(f"{name}:{value}\n" for name, value in sorted(trailers.items()))
        rest = f"{self._previous}\n{sha256(lines.encode('latin-1')).hexdigest()}"
        self._check("AWS4-HMAC-SHA256-TRAILER", rest, signature)

    def _check(self, algorithm: str, rest: str, signature: str) -> None:
        expected = self._key.sign(algorithm, self._time, rest)
        if not hmac.compare_digest(expected.encode(), signature.encode("latin-1")):
            raise errors.mismatch("s3")
        self._previous = expected


def _chunks(reader: _Reader, signer: _Chain | None) -> Iterator[bytes]:
    while True:
        head = _CHUNK_HEAD.fullmatch(reader.line())
        if head is None:
            raise _malformed()
        size = int(head[1], 16)
        data = reader.block(size) if size else b""
        if signer is not None:
            signer.check_chunk(data, head[2])
        if not size:
            return
        yield data


def _trailers(reader: _Reader) -> dict[str, str]:
    """The headers after the last chunk, up to an empty line or the end."""
    trailers: dict[str, str] = {}
    while not reader.finished:
        line = reader.line()
        if not line:
            break
        found = _TRAILER.fullmatch(line.decode("latin-1").rstrip("\n"))
        if found is None or found[1].lower() in trailers:
            raise _malformed()
        trailers[found[1].lower()] = found[2].strip(" \t")
    if not reader.finished:
        raise _malformed()
    return trailers


def _check_length(request: Request, decoded: bytes) -> None:
    declared = request.headers.get("x-amz-decoded-content-length")
    if declared is None:
        raise AwsError("You must provide the Content-Length HTTP header.", code="MissingContentLength", status=411)
    if declared != str(len(decoded)):
        raise _malformed()


def _replace(request: Request, decoded: bytes, trailers: dict[str, str]) -> None:
    headers = request.headers
    announced = {name.strip().lower() for name in headers.get("x-amz-trailer", "").split(",")} - {""}
    unfit = [name for name in trailers if not name.startswith(_CHECKSUM) or name in headers]
    if set(trailers) != announced or unfit:
        raise AwsError(
            "The request contained trailing data that was not well-formed or did not conform to our published schema.",
            code="MalformedTrailerError",
        )
    codings = [coding.strip() for coding in headers.pop("content-encoding", "").split(",")]
    kept = ",".join(coding for coding in codings if coding and coding != "aws-chunked")
    if kept:
        headers["content-encoding"] = kept
    headers |= trailers
    request.body = decoded


def _malformed() -> AwsError:
    return AwsError(
        "The request body terminated unexpectedly or its chunks are malformed.", code="IncompleteBody", status=400
    )
