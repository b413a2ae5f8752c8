"""Requests as botocore signs them, and verifiers that know the key."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vauban.identity.access_keys import AccessKey
from vauban.identity.sigv4 import Verifier
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

NOW = 1_440_938_160.0
"""2015-08-30T12:36:00Z."""
KEY = AccessKey(
    "AKIDEXAMPLE", "111122223333", datetime(2015, 8, 30, tzinfo=UTC), b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)


@pytest.fixture(scope="session")
def key() -> AccessKey:
    return KEY


@pytest.fixture(scope="session")
def now() -> float:
    return NOW


@pytest.fixture(autouse=True, scope="module")
def still_clock() -> Any:
    """botocore signs at the moment that verifiers take for now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(NOW, UTC))
        yield


@pytest.fixture(scope="session")
def verifier_at() -> Callable[..., Verifier]:
    """A verifier of ``now``, which knows one key."""

    def make(now: float = NOW, key: AccessKey = KEY, **more: Any) -> Verifier:
        return Verifier({key.access_key_id: key}.get, lambda: now, **more)

    return make


@pytest.fixture
def verifier(verifier_at: Callable[..., Verifier]) -> Verifier:
    return verifier_at()


@pytest.fixture(scope="session")
def sign() -> Callable[..., Request]:
    """Has botocore sign a request, and gives it as a server would read it."""

    def signed(
        service: str = "kms",
        method: str = "POST",
        url: str = "http://vauban.test/",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        signer: Callable[..., Any] | None = None,
        key_id: str = KEY.access_key_id,
        secret: bytes = KEY.secret_access_key,
        token: str | None = None,
        context: dict[str, Any] | None = None,
        **more: Any,
    ) -> Request:
        default = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        asked = AWSRequest(method, url, headers or {}, body)
        asked.context.update(context or {})
        (signer or default)(Credentials(key_id, secret.decode(), token), service, "us-east-1", **more).add_auth(asked)
        split = urlsplit(asked.url)
        sent = {name.lower(): value for name, value in asked.headers.items()}
        return Request(method, split.path or "/", split.query, {"host": split.netloc, **sent}, body)

    return signed


@pytest.fixture(scope="session")
def refuse() -> Callable[..., AwsError]:
    """The error that a verifier raises."""

    def refused(verifier: Verifier, request: Request, *arguments: Any) -> AwsError:
        with pytest.raises(AwsError) as caught:
            verifier.verify(request, *arguments)
        return caught.value

    return refused
