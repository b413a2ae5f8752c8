"""The query protocol and EC2's: a form in, XML out, the operation in ``Action``."""

from typing import Any

from vauban.aws.models import OperationModel, ServiceModel
from vauban.aws.validation import validator
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire import query, spellings, xml, xml_errors
from vauban.wire.forms import form_of
from vauban.wire.targets import Target
from vauban.wire.xml_writers import Writers


class QueryCodec:
    """One operation in query or ec2."""

    def __init__(self, service: ServiceModel, operation: OperationModel, protocol: str):
        self.service = service
        self.operation = operation
        self.ec2 = protocol == "ec2"
        self.addressed = service.name == "sqs" and "QueueUrl" in operation.input.members
        """Whether the path says what is asked of: SQS's forms are sent to the queue's URL."""
        self.validate = validator(operation.input)
        self.convert = query.Readers(self.ec2).compiled(operation.input) if operation.input else lambda branch: {}
        self.content = Writers().members(operation.output) if operation.output else None
        self.opening = f"<{operation.name}Response{xml.declared(service.xml_namespace)}>"

    def read(self, request: Request, target: Target) -> dict[str, Any]:
        """The request's params, valid by the model. Raises ValidationException or SerializationException."""
        form = form_of(request) if target.form is None else target.form
        if self.addressed and "QueueUrl" not in form:
            form = {**form, "QueueUrl": request.path}
        params = self.convert(query.tree(form))
        self.validate(params)
        return params

    def write(self, result: dict[str, Any] | None, request_id: str) -> Response:
        """The answer to a request that was granted."""
        out = [self.opening]
        if self.ec2:
            out.append(f"<requestId>{xml.escaped(request_id)}</requestId>")
        self.write_result(result or {}, out)
        if not self.ec2:
            out.append(f"<ResponseMetadata><RequestId>{xml.escaped(request_id)}</RequestId></ResponseMetadata>")
        out.append(f"</{self.operation.name}Response>")
        content_type = "text/xml;charset=UTF-8" if self.ec2 else "text/xml"
        return Response(200, {"Content-Type": content_type, "x-amzn-RequestId": request_id}, "".join(out).encode())

    def write_result(self, result: dict[str, Any], out: list[str]) -> None:
        if self.content is None:
            return
        wrapper = self.operation.result_wrapper
        if wrapper:
            out.append(f"<{wrapper}>")
        self.content(result, out)
        if wrapper:
            out.append(f"</{wrapper}>")

    def write_error(self, error: AwsError, request_id: str) -> Response:
        said = spellings.spelled(error, self.service, self.operation, spellings.EC2 if self.ec2 else spellings.QUERY)
        if self.ec2:
            return xml_errors.ec2(said, request_id)
        return xml_errors.query(said, request_id, self.service.xml_namespace)
