import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vauban.rotators.http import token


class Api(BaseHTTPRequestHandler):
    """An API whose one token is changed by who holds it."""

    def do_GET(self):
        self._answer(200 if self._is_authorized() else 401)

    def do_PUT(self):
        if not self._is_authorized():
            return self._answer(401)
        self.server.token = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["token"]
        return self._answer(self.server.status)

    def log_message(self, *_):
        pass

    def _is_authorized(self):
        return self.headers["Authorization"] == f"Bearer {self.server.token}"

    def _answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Location", "/elsewhere")
        self.end_headers()


@pytest.fixture
def api():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.token, server.status = "the first", 204
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(api):
    url = f"http://127.0.0.1:{api.server_address[1]}"
    return {"token": "the first", "set_url": f"{url}/token", "test_url": f"{url}/me", "ssl": False}


def test_the_api_has_a_new_token(rotating, app, api):
    secret = rotating(token, app)
    value = secret.rotate()
    assert api.token == value["token"] != "the first"
    assert value == {**app, "token": value["token"]}
    assert secret.rotate()["token"] == api.token != value["token"]


def test_a_token_that_is_not_the_apis_leaves_the_secret_as_it_is(rotating, app):
    secret = rotating(token, {**app, "token": "another"})
    with pytest.raises(ValueError, match="The API accepts no token"):
        secret.rotate()
    assert secret.value()["token"] == "another"


@pytest.mark.parametrize("status", [302, 500])
def test_an_api_that_does_not_do_it_leaves_the_secret_as_it_is(rotating, app, api, status):
    api.status = status
    secret = rotating(token, app)
    with pytest.raises(ValueError, match=f"The API answered {status}"):
        secret.rotate()
    assert secret.value()["token"] == "the first"


def test_a_token_goes_over_tls_unless_the_secret_says_otherwise(rotating, app):
    with pytest.raises(ValueError, match="set_url must begin with https"):
        rotating(token, {**app, "ssl": True}).rotate()


@pytest.mark.parametrize("key", ["token", "set_url", "test_url"])
def test_what_says_not_where_is_refused(rotating, app, key):
    with pytest.raises(KeyError, match=f"{key} key is missing from secret JSON"):
        rotating(token, {name: value for name, value in app.items() if name != key}).rotate()
