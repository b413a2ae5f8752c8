"""An external key store proxy that answers whatever it is told to."""

import asyncio
import base64
import json
from hashlib import sha256
from typing import Any

from vauban.kernel.requests import Request, Response


class Fake:
    """A proxy that answers as it is told to: by what is asked, a JSON object, bytes, or a status with either."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.seconds = 0.0
        self.behave()

    def behave(self) -> None:
        """Answer as it should, encrypting nothing."""
        self.seconds = 0.0
        self.answers = {
            "health": {
                "xksProxyFleetSize": 1,
                "xksProxyVendor": "Acme",
                "xksProxyModel": "Acme 1",
                "ekmVendor": "Acme",
                "ekmFleetDetails": [{"id": "1", "model": "1", "healthStatus": "ACTIVE"}],
            },
            "metadata": {"keySpec": "AES_256", "keyUsage": ["DECRYPT", "ENCRYPT", "WRAP"], "keyStatus": "ENABLED"},
            "encrypt": self._encrypt,
            "decrypt": lambda body: {"plaintext": body["ciphertext"]},
        }

    async def __call__(self, request: Request) -> Response:
        what = request.path.rpartition("/")[2]
        body = json.loads(request.body)
        self.asked.append((request.path, body))
        await asyncio.sleep(self.seconds)
        answer = self.answers[what]
        status, answer = answer if isinstance(answer, tuple) else (200, answer)
        answer = answer(body) if callable(answer) else answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return Response(status, {"Content-Type": "application/json"}, content)

    @staticmethod
    def _encrypt(body: dict[str, Any]) -> dict[str, Any]:
        plaintext, bound = (base64.b64decode(body[name]) for name in ("plaintext", "additionalAuthenticatedData"))
        iv, tag, metadata = bytes(12), bytes(16), b"key_version=1"
        parts = {
            "ciphertext": plaintext,
            "initializationVector": iv,
            "authenticationTag": tag,
            "ciphertextMetadata": metadata,
            "ciphertextDataIntegrityValue": sha256(bound + metadata + iv + plaintext + tag).digest(),
        }
        return {name: base64.b64encode(value).decode() for name, value in parts.items()}
