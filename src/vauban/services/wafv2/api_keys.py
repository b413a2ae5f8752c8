"""API keys: what the JavaScript of CAPTCHAs shows, sealed, of the domains that it is for."""

import base64
import json
from hashlib import sha256
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.errors import WAFLimitsExceededException, WAFNonexistentItemException
from vauban.services.wafv2.lists import page
from vauban.services.wafv2.resources import APIKey, key_of
from vauban.services.wafv2.scopes import require_scope

MOST_DOMAINS = 5
VERSION = 1


@operation("CreateAPIKey")
def create_api_key(call: Call, scope: str, token_domains: list[str]) -> dict[str, Any]:
    require_scope(call, scope)
    domains = tuple(dict.fromkeys(token_domains))
    if len(domains) > MOST_DOMAINS:
        raise WAFLimitsExceededException("API_KEY")
    plain = json.dumps({"id": call.uuid(), "domains": domains}).encode()
    sealed = base64.urlsafe_b64encode(call.sealer.seal(call.account, plain, b"wafv2 API key"))
    digest = sha256(sealed).hexdigest()
    call.store.put(APIKey(scope, digest, call.account, call.region, call.second, domains, sealed))
    return {"APIKey": sealed.decode()}


@operation("GetDecryptedAPIKey")
def get_decrypted_api_key(call: Call, scope: str, api_key: str) -> dict[str, Any]:
    found = _found(call, scope, api_key)
    return {"TokenDomains": list(found.token_domains), "CreationTimestamp": found.created}


@operation("DeleteAPIKey")
def delete_api_key(call: Call, scope: str, api_key: str) -> None:
    call.store.delete(_found(call, scope, api_key))


@operation("ListAPIKeys")
def list_api_keys(call: Call, scope: str, next_marker: str | None = None, limit: int | None = None) -> dict[str, Any]:
    prefix = f"{require_scope(call, scope)}/"

    def entries(after: str, count: int) -> list[tuple[str, Any]]:
        found = call.store.list(APIKey, prefix=prefix, after=after, limit=count)
        return [(each.key, _summary(each)) for each in found]

    return page(call, "APIKeySummaries", entries, limit, next_marker, of=scope)


def _found(call: Call, scope: str, api_key: str) -> APIKey:
    digest = sha256(api_key.encode()).hexdigest()
    found = call.store.get(APIKey, key_of(require_scope(call, scope), digest))
    if found is None:
        raise WAFNonexistentItemException
    return found


def _summary(key: APIKey) -> dict[str, Any]:
    told = {"TokenDomains": list(key.token_domains), "APIKey": key.api_key.decode()}
    return {**told, "CreationTimestamp": key.created, "Version": VERSION}
