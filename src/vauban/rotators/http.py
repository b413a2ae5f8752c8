"""A bearer token of an HTTP API that takes a new one from who holds the present one. Handler: ``token``.

The secret is ``{"token", "set_url", "test_url"}``. The new token is put to ``set_url`` as ``{"token": …}``, and is good
when ``test_url`` answers 2xx to it, while one that is not gets 401 or 403.
"""

from urllib.parse import urlsplit

from urllib3 import HTTPResponse, PoolManager, Retry, Timeout

from vauban.rotators.databases import SECONDS, Value, require_same
from vauban.rotators.steps import handler
from vauban.rotators.versions import Versions

REFUSED = (401, 403)


class Token:
    def create(self, versions: Versions) -> Value:
        return {**_fit(versions.current), "token": versions.new_password()}

    def set(self, versions: Versions) -> None:
        pending = _fit(versions.pending)
        if _accepts(pending):
            return
        for value in (versions.current, versions.find_previous()):
            if value is not None and _accepts(_fit(value)):
                require_same(value, pending, "set_url", "test_url")
                _require_done(_asked("PUT", value["set_url"], value, json={"token": pending["token"]}))
                return
        raise ValueError(f"The API accepts no token of secret {versions.secret_id}")

    def test(self, versions: Versions) -> None:
        if not _accepts(_fit(versions.pending)):
            raise ValueError(f"The API does not accept the pending token of secret {versions.secret_id}")


def _fit(value: Value) -> Value:
    """Raises KeyError or ValueError: a token goes over TLS, unless the secret says `"ssl": false`."""
    for key in ("token", "set_url", "test_url"):
        if not value.get(key):
            raise KeyError(f"{key} key is missing from secret JSON")
    schemes = ("https", "http") if value.get("ssl") is False else ("https",)
    for key in ("set_url", "test_url"):
        if urlsplit(value[key]).scheme not in schemes:
            raise ValueError(f"{key} must begin with https")
    return value


def _accepts(value: Value) -> bool:
    answer = _asked("GET", value["test_url"], value)
    if answer.status in REFUSED:
        return False
    _require_done(answer)
    return True


def _require_done(answer: HTTPResponse) -> None:
    if not 200 <= answer.status < 300:
        raise ValueError(f"The API answered {answer.status}")


def _asked(method: str, url: str, value: Value, **more: Value) -> HTTPResponse:
    """The answer; redirections are not followed, for the token is meant for this host alone."""
    headers = {"Authorization": f"Bearer {value['token']}"}
    with PoolManager(retries=Retry(0, redirect=False), timeout=Timeout(SECONDS)) as pool:
        return pool.request(method, url, headers=headers, redirect=False, **more)


token = handler(Token())
