"""Errors before any operation is known, in the protocol that the client seems to speak."""

from vauban.aws.catalog import Entry
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire import hosts, spellings
from vauban.wire.detect import scope_entries
from vauban.wire.forms import is_form
from vauban.wire.json_errors import json_rpc, rest_json


def write_error(error: AwsError, request: Request, request_id: str) -> Response:
    """The error in the protocol that the request's own headers, form or signature speak; else in rest-json's."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if "x-amz-target" in request.headers or content_type.startswith("application/x-amz-json-"):
        known = content_type in ("application/x-amz-json-1.0", "application/x-amz-json-1.1")
        said = spellings.unmodelled(error, spellings.RPC)
        return json_rpc(said, request_id, content_type if known else "application/x-amz-json-1.1")
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        from vauban.wire.cbor_errors import rpc_cbor

        return rpc_cbor(spellings.unmodelled(error, spellings.RPC), request_id)
    entries = scope_entries(request) or hosts.entries(request)
    if is_form(request):
        return query_error(error, entries, request_id)
    return rest_error(error, entries, request_id)


def query_error(error: AwsError, entries: tuple[Entry, ...], request_id: str) -> Response:
    from vauban.wire import xml_errors

    if any("ec2" in entry.protocols for entry in entries):
        return xml_errors.ec2(spellings.unmodelled(error, spellings.EC2), request_id)
    return xml_errors.query(spellings.unmodelled(error, spellings.QUERY), request_id, None)


def rest_error(error: AwsError, entries: tuple[Entry, ...], request_id: str) -> Response:
    if not any("rest-xml" in entry.protocols for entry in entries):
        return rest_json(spellings.unmodelled(error, spellings.REST), request_id)
    from vauban.wire import xml_errors

    if any(entry.name == "s3" for entry in entries):
        return xml_errors.s3(spellings.unmodelled(error, spellings.S3), request_id)
    return xml_errors.query(spellings.unmodelled(error, spellings.QUERY), request_id, None)
