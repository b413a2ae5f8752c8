"""botocore's own protocol cases, inverted: what its serializers must send we read, what we write its parsers take."""

import math
from typing import Any

import botocore.parsers
import pytest
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel as BotocoreOperation
from botocore.model import ServiceModel as BotocoreService

from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire.codecs import codec
from vauban.wire.routes import Routes
from vauban.wire.targets import Target

NO_BODY = "the case names headers only, no body that could be read"
FILLED_IN = "the client fills in the token; a server is sent it"
EMPTY_IS_ABSENT = "an empty list or map leaves no trace in this place"
EMPTY_BODY = "{} stands for a payload with no members as well as for none"
BOUND_TOO = "the map of all query parameters holds those that are bound as well; the case tells of clients only"
MEDIA_TYPE = "the model calls it jsonvalue, which we hand over decoded; botocore leaves the case out as well"
NOT_BOTOCORES = "on botocore's own list of cases that it does not follow"

NOT_READ = {
    "ec2:SDKAppliedContentEncoding_ec2Query": NO_BODY,
    "ec2:SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query": NO_BODY,
    "json:SDKAppliedContentEncoding_awsJson1_1": NO_BODY,
    "json:SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1": NO_BODY,
    "json_1_0:SDKAppliedContentEncoding_awsJson1_0": NO_BODY,
    "json_1_0:SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0": NO_BODY,
    "query:SDKAppliedContentEncoding_awsQuery": NO_BODY,
    "query:SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery": NO_BODY,
    "rest-json:SDKAppliedContentEncoding_restJson1": NO_BODY,
    "rest-json:SDKAppendedGzipAfterProvidedEncoding_restJson1": NO_BODY,
    "rest-xml:SDKAppliedContentEncoding_restXml": NO_BODY,
    "rest-xml:SDKAppendedGzipAfterProvidedEncoding_restXml": NO_BODY,
    "ec2:Ec2ProtocolIdempotencyTokenAutoFill": FILLED_IN,
    "query:QueryProtocolIdempotencyTokenAutoFill": FILLED_IN,
    "rest-json:RestJsonQueryIdempotencyTokenAutoFill": FILLED_IN,
    "rest-xml:QueryIdempotencyTokenAutoFill": FILLED_IN,
    "ec2:Ec2EmptyQueryLists": EMPTY_IS_ABSENT,
    "query:QueryEmptyQueryMaps": EMPTY_IS_ABSENT,
    "rest-json:RestJsonOmitsEmptyListQueryValues": EMPTY_IS_ABSENT,
    "rest-json:RestJsonHttpPrefixHeadersAreNotPresent": EMPTY_IS_ABSENT,
    "rest-xml:HttpPrefixHeadersAreNotPresent": EMPTY_IS_ABSENT,
    "rest-json:RestJsonHttpWithEmptyStructurePayload": EMPTY_BODY,
    "rest-json:RestJsonHttpWithHeadersButNoPayload": EMPTY_BODY,
    "rest-json:RestJsonQueryParamsStringListMap": BOUND_TOO,
    "rest-json:RestJsonQueryPrecedence": BOUND_TOO,
    "rest-xml:AllQueryStringTypes": BOUND_TOO,
    "rest-xml:RestXmlQueryStringEscaping": BOUND_TOO,
    "rest-xml:RestXmlSupportsNaNFloatQueryValues": BOUND_TOO,
    "rest-xml:RestXmlSupportsInfinityFloatQueryValues": BOUND_TOO,
    "rest-xml:RestXmlSupportsNegativeInfinityFloatQueryValues": BOUND_TOO,
    "rest-xml:RestXmlZeroAndFalseQueryValues": BOUND_TOO,
    "rest-xml:RestXmlQueryParamsStringListMap": BOUND_TOO,
    "rest-xml:RestXmlQueryPrecedence": BOUND_TOO,
    "rest-json:MediaTypeHeaderInputBase64": MEDIA_TYPE,
    "rest-json:RestJsonHostWithPath": "the path before the operation's is the client's endpoint's",
    "rest-xml:BodyWithXmlName": NOT_BOTOCORES,
}
NOT_WRITTEN = {
    "ec2:Ec2XmlLists": NOT_BOTOCORES,
    "query:QueryXmlLists": NOT_BOTOCORES,
    "rest-xml:XmlLists": NOT_BOTOCORES,
    "rest-xml:BodyWithXmlName": NOT_BOTOCORES,
    "rest-json:RestJsonHttpPayloadTraitsWithNoBlobBody": NOT_BOTOCORES,
    "rest-xml:HttpPayloadTraitsWithNoBlobBody": NOT_BOTOCORES,
    "rest-json:RestJsonHttpPayloadWithUnsetUnion": NOT_BOTOCORES,
    "rest-xml:RestXmlHttpPayloadWithUnsetUnion": NOT_BOTOCORES,
    "rest-json:RestJsonInputAndOutputWithQuotedStringHeaders": NOT_BOTOCORES,
    "rest-json:RestJsonInputAndOutputWithTimestampHeaders": NOT_BOTOCORES,
    "rest-xml:InputAndOutputWithTimestampHeaders": NOT_BOTOCORES,
    "rest-json:MediaTypeHeaderOutputBase64": MEDIA_TYPE,
    "rest-json:HttpPrefixHeadersResponse": "a map of all headers also holds ours, such as the request id",
}
PARSERS = {
    "ec2": botocore.parsers.EC2QueryParser,
    "json": botocore.parsers.JSONParser,
    "query": botocore.parsers.QueryParser,
    "rest-json": botocore.parsers.RestJSONParser,
    "rest-xml": botocore.parsers.RestXMLParser,
    "smithy-rpc-v2-cbor": botocore.parsers.RpcV2CBORParser,
}


def comparable(value: Any) -> Any:
    """A value of which NaN equals itself, and infinity JSON's word for it."""
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        # A blob that is the payload comes out of botocore's REST parsers as text.
        return value.decode()
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


def as_request(case) -> Request:
    serialized = case.case["serialized"]
    path, _, query = serialized["uri"].partition("?")
    headers = {name.lower(): value for name, value in serialized.get("headers", {}).items()}
    return Request(serialized.get("method", "POST"), path, query, headers, case.body())


def as_target(case, request: Request) -> Target:
    if not case.protocol.startswith("rest"):
        return Target("test", case.operation.name, case.protocol)
    match = Routes(case.model).match(request, request.path)
    assert match is not None
    assert match.operation == case.operation.name
    return Target("test", match.operation, case.protocol, match.labels)


def parsed(case, response: Response) -> dict[str, Any]:
    """What botocore makes of a response."""
    headers = HTTPHeaders()
    for name, value in response.headers.items():
        headers[name] = value
    operation = BotocoreOperation(case.given, BotocoreService(case.description))
    raw = {
        "status_code": response.status,
        "headers": headers,
        "body": response.body,
        "context": {"operation_name": operation.name},
    }
    result = PARSERS[case.protocol]().parse(raw, operation.output_shape)
    result.pop("ResponseMetadata", None)
    return result


def test_every_request_reads_back_to_its_params(input_cases, subtests):
    assert len(input_cases) == 367
    for case in input_cases:
        if case.name in NOT_READ:
            continue
        with subtests.test(case.name):
            request = as_request(case)
            params = codec(case.model, case.operation, case.protocol).read(request, as_target(case, request))
            wanted = case.ours(case.case["params"], case.operation.input) if case.operation.input else {}
            assert comparable(params) == comparable(wanted)


def test_every_result_is_written_so_that_botocore_reads_it_back(output_cases, subtests):
    assert len(output_cases) == 365
    for case in output_cases:
        if case.name in NOT_WRITTEN or "error" in case.case:
            continue
        with subtests.test(case.name):
            result = case.ours(case.case["result"], case.operation.output) if case.operation.output else {}
            response = codec(case.model, case.operation, case.protocol).write(result, "request-1")
            assert response.status == case.case["response"]["status_code"]
            assert comparable(parsed(case, response)) == comparable(result)


def test_every_error_is_written_so_that_botocore_reads_it_back(output_cases, subtests):
    for case in output_cases:
        if "error" not in case.case:
            continue
        with subtests.test(case.name):
            shape = case.model.error_of_shape(case.given["errors"][0]["shape"]).shape
            fields = case.ours(case.case["error"], shape)
            message = fields.pop("message", fields.pop("Message", ""))
            error = AwsError(message, code=shape.name, **fields)
            response = codec(case.model, case.operation, case.protocol).write_error(error, "request-1")
            said = parsed(case, response)["Error"]
            assert response.status == case.case["response"]["status_code"]
            assert said["Code"] == case.case["errorCode"]
            assert (said["Message"] or "") == message


@pytest.mark.parametrize("left_out", [NOT_READ, NOT_WRITTEN])
def test_every_case_left_out_exists(left_out, input_cases, output_cases):
    names = {case.name for case in (input_cases if left_out is NOT_READ else output_cases)}
    assert set(left_out) <= names
