"""Errors before any operation is known, in the protocol that the client seems to speak."""

from vauban.aws.catalog import Entry
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire import error_bodies, hosts, spellings
from vauban.wire.detect import scope_entries
from vauban.wire.forms import text_of


def write_error(error: AwsError, request: Request, request_id: str) -> Response:
    """The error in the protocol that the request's own headers, form or signature speak; else in rest-json's."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if "x-amz-target" in request.headers or content_type.startswith("application/x-amz-json-"):
        known = content_type in ("application/x-amz-json-1.0", "application/x-amz-json-1.1")
        said = spellings.unmodelled(error, spellings.RPC)
        return error_bodies.json_rpc(said, request_id, content_type if known else "application/x-amz-json-1.1")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return error_bodies.rpc_cbor(spellings.unmodelled(error, spellings.RPC), request_id)
    entries = scope_entries(request) or hosts.entries(request)
    if "Action=" in text_of(request):
        return query_error(error, entries, request_id)
    return rest_error(error, entries, request_id)


def query_error(error: AwsError, entries: tuple[Entry, ...], request_id: str) -> Response:
    if any("ec2" in entry.protocols for entry in entries):
        return error_bodies.ec2(spellings.unmodelled(error, spellings.EC2), request_id)
    return error_bodies.query(spellings.unmodelled(error, spellings.QUERY), request_id, None)


def rest_error(error: AwsError, entries: tuple[Entry, ...], request_id: str) -> Response:
    if any(entry.name == "s3" for entry in entries):
        return error_bodies.s3(spellings.unmodelled(error, spellings.S3), request_id)
    if any("rest-xml" in entry.protocols for entry in entries):
        return error_bodies.query(spellings.unmodelled(error, spellings.QUERY), request_id, None)
    return error_bodies.rest_json(spellings.unmodelled(error, spellings.REST), request_id)
