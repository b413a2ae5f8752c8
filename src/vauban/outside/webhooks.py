"""Messages posted to whoever wants them over HTTP, one try at a time."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from vauban.outside import Outside

CERTIFICATE_PATH = "/SimpleNotificationService-"
"""Where who takes messages finds the certificates that they are signed by: each of these paths begins so."""
SECONDS = 15.0
"""For a whole exchange."""
MOST_BYTES = 64 * 1024
"""Of an answer."""


class WebhookFailed(WorkFailed):
    """What came in place of a success; ``status`` is 0 where no answer came in time."""

    def __init__(self, reason: str, status: int = 0):
        super().__init__(reason)
        self.status = status

    @property
    def lasting(self) -> bool:
        """Whether another try would come to no more: the endpoint does not want it."""
        return self.status != 0 and self.status != 429 and self.status < 500


class Webhooks:
    """Posts. TLS certificates are verified, redirects are not followed, and no more is read than need be."""

    def __init__(self, ca_file: str = "") -> None:
        """``ca_file`` holds the trusted authorities in PEM; without one they are the system's."""
        self._ca_file = ca_file

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status, from 200 to 299. Raises WebhookFailed."""
        import urllib3

        deadline = time.monotonic() + SECONDS
        timeout = urllib3.Timeout(connect=SECONDS / 3, read=SECONDS)
        try:
            with urllib3.PoolManager(1, retries=False, timeout=timeout, **self._trust(url)) as pool:
                response = pool.request(
                    "POST", url, body=body, headers=dict(headers), redirect=False, preload_content=False
                )
                _drain(response, deadline)
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise WebhookFailed(type(error).__name__) from None
        if not 200 <= response.status < 300:
            raise WebhookFailed(f"the endpoint answered {response.status}", response.status)
        return response.status

    def _trust(self, url: str) -> dict[str, Any]:
        if not url.startswith("https://"):
            return {}
        return {"cert_reqs": "CERT_REQUIRED", **({"ca_certs": self._ca_file} if self._ca_file else {})}


def post(outside: "Outside", url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> int:
    """For ``call.outside``. Raises WebhookFailed."""
    return outside.webhooks.post(url, dict(headers), body)


def _drain(response: Any, deadline: float) -> None:
    """Read the answer as far as there is room and time for it."""
    read = 0
    while (part := response.read1(16 * 1024)) and read < MOST_BYTES and time.monotonic() < deadline:
        read += len(part)
