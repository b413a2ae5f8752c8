"""What the server itself says no to, before any application is asked."""

from http import HTTPStatus

from vauban.kernel.requests import Response


class Refusal(Exception):
    """A request that is answered with a status and a plain sentence; the connection ends with it."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence

    def response(self) -> Response:
        return plain_response(self.status, self.sentence)


def plain_response(status: int, sentence: str) -> Response:
    """``status`` with its name and a sentence, as text."""
    text = f"{status} {HTTPStatus(status).phrase}: {sentence}\n"
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())
