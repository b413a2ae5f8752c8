"""External key store proxies as the operator sets them up: `vauban xks`."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vauban.administration.accounts import operator_event
from vauban.administration.doors import Answer, Refused
from vauban.identity.accounts import Account
from vauban.kernel.errors import Conflict
from vauban.kernel.stores import Changeset, Records, Store
from vauban.xks.records import END, XksCredential, XksProxy, new_access_key_id, new_secret_access_key

_PREFIX = re.compile(r"(/[A-Za-z0-9_-]+)*")
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_MOST_PATH = 128
_MOST_CREDENTIALS = 2


class Proxies:
    """Answers of the operator's door. Each change is one commit, on the trail. Raises Refused."""

    def __init__(self, store: Store, now: Callable[[], float]):
        self._store = store
        self._now = now

    def operations(self) -> dict[str, Answer]:
        return {
            "GET xks": self.all,
            "POST xks/create": self.create,
            "POST xks/add-key": self.add_key,
            "POST xks/remove-key": self.remove_key,
            "POST xks/rotate": self.rotate,
            "POST xks/retire": self.retire,
            "POST xks/delete": self.delete,
        }

    async def all(self, _: dict[str, Any]) -> dict[str, Any]:
        world = self._store.begin().at("", "")
        return {"proxies": [_described(each, _credentials(world, each.uri_path)) for each in world.list(XksProxy)]}

    async def create(self, given: dict[str, Any]) -> dict[str, Any]:
        """A proxy under a prefix, and the configuration that AWS's console takes."""
        uri_path = _uri_path(given)
        callers = given.get("callers") or []
        if not all(isinstance(each, str) and re.fullmatch(r"[0-9]{12}", each, re.ASCII) for each in callers):
            raise Refused("an AWS account is 12 digits")

        def propose(changes: Changeset) -> dict[str, Any]:
            world = changes.at("", "")
            account = given.get("account") or min(world.list(Account), key=lambda each: each.number).account
            if world.get(XksProxy, uri_path) is not None:
                raise Refused(f"there is a proxy under {uri_path} already")
            proxy = XksProxy(uri_path, account, given.get("region") or "us-east-1", self._time(), {}, tuple(callers))
            for named in given.get("keys") or []:
                proxy = _with_key(changes, proxy, named)
            world.put(proxy)
            return self._new_credential(world, proxy)

        return await self._commit("CreateXksProxy", propose)

    async def add_key(self, given: dict[str, Any]) -> dict[str, Any]:
        """One more key, ``KEY`` or ``KEY=EXTERNAL-ID``."""

        def propose(changes: Changeset) -> dict[str, Any]:
            proxy = _with_key(changes, _proxy(changes, given), given.get("key"))
            changes.at("", "").put(proxy)
            return _described(proxy, [])

        return await self._commit("AddXksKey", propose)

    async def remove_key(self, given: dict[str, Any]) -> dict[str, Any]:
        """An external key that is not to be had any more; the KMS key stays as it is."""

        def propose(changes: Changeset) -> dict[str, Any]:
            proxy = _proxy(changes, given)
            if given.get("key") not in proxy.keys:
                raise Refused(f"the proxy has no external key {given.get('key')}", 404)
            left = {name: key for name, key in proxy.keys.items() if name != given["key"]}
            changed = replace(proxy, keys=left)
            changes.at("", "").put(changed)
            return _described(changed, [])

        return await self._commit("RemoveXksKey", propose)

    async def rotate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A second credential beside the first, which is valid until it is retired."""

        def propose(changes: Changeset) -> dict[str, Any]:
            world, proxy = changes.at("", ""), _proxy(changes, given)
            if len(_credentials(world, proxy.uri_path)) >= _MOST_CREDENTIALS:
                raise Refused("the proxy has two credentials; retire one first")
            return self._new_credential(world, proxy)

        return await self._commit("CreateXksCredential", propose)

    async def retire(self, given: dict[str, Any]) -> dict[str, Any]:
        """A credential that is valid no more."""

        def propose(changes: Changeset) -> dict[str, Any]:
            world, proxy = changes.at("", ""), _proxy(changes, given)
            found = [each for each in _credentials(world, proxy.uri_path) if each.access_key_id == given.get("id")]
            if not found:
                raise Refused(f"the proxy has no credential {given.get('id')}", 404)
            world.delete(found[0])
            return {"retired": found[0].access_key_id}

        return await self._commit("DeleteXksCredential", propose)

    async def delete(self, given: dict[str, Any]) -> dict[str, Any]:
        """The proxy and its credentials; its keys stay KMS keys."""

        def propose(changes: Changeset) -> dict[str, Any]:
            world, proxy = changes.at("", ""), _proxy(changes, given)
            for credential in _credentials(world, proxy.uri_path):
                world.delete(credential)
            world.delete(proxy)
            return {"deleted": proxy.uri_path}

        return await self._commit("DeleteXksProxy", propose)

    def _new_credential(self, world: Records, proxy: XksProxy) -> dict[str, Any]:
        credential = XksCredential(
            new_access_key_id(), proxy.account, proxy.uri_path, self._time(), new_secret_access_key()
        )
        world.put(credential)
        return {
            "XksProxyUriPath": proxy.uri_path,
            "XksProxyAuthenticationCredential": {
                "AccessKeyId": credential.access_key_id,
                "RawSecretAccessKey": credential.secret_access_key.decode(),
            },
        }

    async def _commit(self, operation: str, propose: Callable[[Changeset], dict[str, Any]]) -> dict[str, Any]:
        while True:
            changes = self._store.begin()
            answer = propose(changes)
            account = min(changes.at("", "").list(Account), key=lambda each: each.number).account
            try:
                await self._store.commit(changes, [operator_event(self._now(), "kms", operation, account)])
            except Conflict:
                continue
            return answer

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _uri_path(given: dict[str, Any]) -> str:
    prefix = given.get("prefix") or ""
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix) or len(prefix + END) > _MOST_PATH:
        raise Refused("a prefix is made of segments like /store-1, of letters, digits, - and _")
    return prefix + END


def _proxy(changes: Changeset, given: dict[str, Any]) -> XksProxy:
    found = changes.at("", "").get(XksProxy, _uri_path(given))
    if found is None:
        raise Refused(f"there is no proxy under {_uri_path(given)}", 404)
    return found


def _credentials(world: Records, uri_path: str) -> list[XksCredential]:
    return world.list(XksCredential, index="proxy", value=uri_path)


def _with_key(changes: Changeset, proxy: XksProxy, named: Any) -> XksProxy:
    """``proxy`` with the KMS key that ``named`` names: by id or alias, and its external id if that is another."""
    from vauban.services.kms.resources import Alias, Key
    from vauban.xks.keys import can_be_external

    name, _, external_id = str(named or "").partition("=")
    records = changes.at(proxy.account, proxy.region)
    alias = records.get(Alias, name) if name.startswith("alias/") else None
    key = records.get(Key, alias.target_key_id if alias else name)
    if key is None:
        raise Refused(f"there is no key {name} of account {proxy.account} in {proxy.region}", 404)
    if not can_be_external(key):
        raise Refused(f"{name} is no symmetric encryption key with its material here")
    external_id = external_id or key.key_id
    if not _KEY_ID.fullmatch(external_id):
        raise Refused("an external key id has at most 128 letters, digits, points, - and _")
    if proxy.keys.get(external_id, key.key_id) != key.key_id:
        raise Refused(f"the proxy has another key under {external_id}")
    return replace(proxy, keys={**proxy.keys, external_id: key.key_id})


def _described(proxy: XksProxy, credentials: list[XksCredential]) -> dict[str, Any]:
    return {
        "uri_path": proxy.uri_path,
        "account": proxy.account,
        "region": proxy.region,
        "keys": proxy.keys,
        "callers": list(proxy.callers),
        "credentials": [each.access_key_id for each in credentials],
    }
