"""An OpenID Connect provider on this host: its discovery document, its keys, and the tokens it signs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa


class IdentityProvider:
    """Serves until it is closed; ``requests`` are the paths that were asked for."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.key_sets: list[dict[str, Any]] = []
        self.private: dict[str, Any] = {}
        self.answers: dict[str, bytes] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.requests.append(self.path)
                body = provider.answers.get(self.path) or json.dumps(provider.document(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"127.0.0.1:{self.server.server_port}"
        self.issuer = f"http://{self.url}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.add_key("rsa", "RS256")

    def document(self, path: str) -> Any:
        if path == "/keys":
            return {"keys": self.key_sets}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}

    def add_key(self, key_id: str, algorithm: str) -> None:
        if algorithm.startswith("RS"):
            private: Any = rsa.generate_private_key(65537, 2048)
            public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        else:
            curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
            private = ec.generate_private_key(curves[algorithm])
            public = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
        self.private[key_id] = private
        self.key_sets.append({**public, "kid": key_id, "alg": algorithm, "use": "sig"})

    def token(self, key_id: str = "rsa", algorithm: str = "RS256", **claims: Any) -> str:
        now = int(time.time())
        known = {"iss": self.issuer, "sub": "repo:octo/cat", "aud": "vauban", "iat": now, "exp": now + 300}
        payload = {name: value for name, value in {**known, **claims}.items() if value is not None}
        return jwt.encode(payload, self.private[key_id], algorithm=algorithm, headers={"kid": key_id})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
