"""Where requests to the proxies come in: signed, for a key that the operator has put there, and on the trail."""

import json
import logging
from collections.abc import Callable
from typing import Any

from vauban.identity.sigv4 import Verifier
from vauban.kernel.errors import AuditUnavailable, AwsError, StorageUnavailable
from vauban.kernel.events import AuditEvent
from vauban.kernel.ids import request_id as new_request_id
from vauban.kernel.principals import service_principal
from vauban.kernel.records import kind_of
from vauban.kernel.requests import Request, Response
from vauban.kernel.stores import Store
from vauban.xks.records import XksCredential, XksProxy
from vauban.xks.requests import STATUSES, Target, XksError, body_of, metadata_of, target_of, uri_path_of

log = logging.getLogger("vauban.xks")

SERVICE = "kms-xks-proxy"
_PROXY = kind_of(XksProxy).name
_CREDENTIAL = kind_of(XksCredential).name
_HEALTHY = {
    "xksProxyFleetSize": 1,
    "xksProxyVendor": "Vauban",
    "xksProxyModel": "Vauban XKS proxy 1",
    "ekmVendor": "Vauban",
    "ekmFleetDetails": [{"id": "vauban", "model": "Vauban", "healthStatus": "ACTIVE"}],
}
_NAMES = {"metadata": "DescribeKey", "encrypt": "Encrypt", "decrypt": "Decrypt"}
"""What a path asks for -> what the trail calls it, for it is the key's use."""


class XksDoor:
    """Answers requests of the XKS proxy API."""

    def __init__(
        self, store: Store, now: Callable[[], float], real_time: Callable[[], float], *, strict_audit: bool = False
    ):
        """``now`` is Vauban's clock; ``real_time`` is what signatures are checked against. Both in epoch seconds."""
        self._store = store
        self._now = now
        self._strict_audit = strict_audit
        self._verifier = Verifier(lambda key_id: store.load((_CREDENTIAL, "", "", key_id)), real_time)

    def knows(self, path: str) -> bool:
        """Whether there is a proxy under ``path``: what else has a path like that is none of ours."""
        return self._store.load((_PROXY, "", "", uri_path_of(path))) is not None

    async def __call__(self, request: Request) -> Response:
        if request.method != "POST":
            return _json(405, {"errorName": "ValidationException", "errorMessage": "Requests are POSTs."})
        try:
            answer = self._answer(request)
            if self._strict_audit:
                await self._store.audited()
            return _json(200, answer)
        except XksError as error:
            return _json(STATUSES[error.name], {"errorName": error.name, "errorMessage": str(error)})
        except (AuditUnavailable, StorageUnavailable) as fault:
            log.critical("an external key cannot be used: %s", fault)
            return _json(503, {"errorName": "DependencyTimeoutException"})
        except Exception:
            log.exception("a request to an external key store proxy failed")
            return _json(500, {"errorName": "InternalException"})

    def _answer(self, request: Request) -> dict[str, Any]:
        target = target_of(request.path)
        region = self._authenticate(request, target)
        body = body_of(request.body)
        metadata = metadata_of(body, target.operation)
        if target.operation == "health":
            return _HEALTHY
        return self._use(request, target, region, body, metadata)

    def _authenticate(self, request: Request, target: Target) -> str:
        """The Region that the caller's KMS signed for."""
        try:
            identified = self._verifier.verify(request, SERVICE)
        except AwsError:
            raise XksError("AuthenticationFailedException", "The signature is not one of this proxy's.") from None
        if identified.access_key.uri_path != target.uri_path:
            raise XksError("InvalidUriPathException", "The credential is for another path.")
        return identified.region

    def _use(
        self, request: Request, target: Target, region: str, body: dict[str, Any], metadata: dict[str, str]
    ) -> dict[str, Any]:
        from vauban.xks import keys  # It brings KMS with it, which a server need not have otherwise.

        proxy = self._store.load((_PROXY, "", "", target.uri_path))
        event = self._event(request, proxy, target, region, metadata)
        try:
            _require_caller(proxy, metadata)
            records = self._store.begin().at(proxy.account, proxy.region)
            key = keys.external_key(records, proxy.keys.get(target.key_id))
            event.resources = ((key.arn, keys.CLOUDTRAIL_TYPE, key.account),)
            return keys.OPERATIONS[target.operation](records, key, body)
        except XksError as error:
            event.error_code, event.error_message = error.name, str(error)
            raise
        finally:
            self._store.audit(event)

    def _event(
        self, request: Request, proxy: XksProxy, target: Target, region: str, metadata: dict[str, str]
    ) -> AuditEvent:
        """On the trail it is the key's use, by the KMS that asked."""
        caller = service_principal(f"cks.kms.{region}")
        return AuditEvent(
            time=self._now(),
            request_id=new_request_id(),
            service="kms",
            operation=_NAMES[target.operation],
            account=proxy.account,
            region=proxy.region,
            principal=(caller.kind, "", caller.arn, caller.unique_id, "", "", ""),
            source_ip=request.source_ip,
            user_agent=request.headers.get("user-agent", ""),
            tls=request.tls,
            read_only=True,
            params={"xksProxyUriPath": target.uri_path, "xksKeyId": target.key_id, "requestMetadata": metadata},
            event_type="AwsServiceEvent",
        )


def _require_caller(proxy: XksProxy, metadata: dict[str, str]) -> None:
    """The account of the KMS key; while that is not made yet, of who makes it."""
    if not proxy.callers:
        return
    fields = metadata.get("kmsKeyArn", metadata["awsPrincipalArn"]).split(":")
    if len(fields) < 6 or fields[4] not in proxy.callers:
        raise XksError("AccessDeniedException", "The key is not for this account.")


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
