"""Forms: the fields of a body or of a query string."""

from urllib.parse import parse_qsl

from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

CONTENT_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 20_000


class MalformedQueryString(AwsError):
    """A form that is no form."""


def is_form(request: Request) -> bool:
    """Whether a request looks like one of the query protocols, well-formed or not."""
    in_body = request.headers.get("content-type", "").startswith(CONTENT_TYPE) and b"Action=" in request.body
    return in_body or "Action=" in request.query


def text_of(request: Request) -> str:
    """The form as it was sent: the body where it says that it is one, else the query. Raises MalformedQueryString."""
    if request.headers.get("content-type", "").startswith(CONTENT_TYPE):
        try:
            return request.body.decode()
        except UnicodeDecodeError:
            raise MalformedQueryString("The query string is not well-formed UTF-8") from None
    return request.query


def form_of(request: Request) -> dict[str, str]:
    """The fields of a request; of a repeated one the last. Raises MalformedQueryString."""
    return fields(text_of(request))


def fields(text: str) -> dict[str, str]:
    return dict(pairs(text))


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in their order. Raises MalformedQueryString."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedQueryString("The query string is not well-formed UTF-8, or has too many fields") from None
