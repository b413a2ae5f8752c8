"""Access keys: two for each user, and for the account's root."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vauban.identity.access_keys import AccessKey, new_access_key_id, new_secret_access_key
from vauban.identity.accounts import root_principal
from vauban.identity.arns import identity_arn
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Trail, World
from vauban.services.iam.errors import InvalidInputException, NoSuchEntityException, over_quota
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import USER, own_user_or_root, resource_of

QUOTA = 2
NEVER = "N/A"


@operation("CreateAccessKey", on=own_user_or_root)
def create_access_key(call: Call, user: User | None) -> dict[str, Any]:
    if len(keys_of(call, user)) >= QUOTA:
        raise over_quota("AccessKeysPerUser", QUOTA)
    name = user.name if user is not None else ""
    made = AccessKey(new_access_key_id(call.account), call.account, call.now, new_secret_access_key(), name)
    call.store.put(made)
    shape = _shape(made) | {"SecretAccessKey": made.secret_access_key.decode()}
    return {"AccessKey": {"UserName": "root", **shape}}


@operation("ListAccessKeys", on=own_user_or_root)
def list_access_keys(
    call: Call, user: User | None, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    entries = ((f"{each.created.isoformat()} {each.access_key_id}", each) for each in keys_of(call, user))
    return page(call, "AccessKeyMetadata", entries, max_items, marker, _shape)


@operation("UpdateAccessKey", on=own_user_or_root)
def update_access_key(call: Call, user: User | None, access_key_id: str, status: str) -> None:
    if status == "Expired":
        raise InvalidInputException("The status of an access key is Active or Inactive.")
    call.store.put(replace(_key(call, user, access_key_id), status=status))


@operation("DeleteAccessKey", on=own_user_or_root)
def delete_access_key(call: Call, user: User | None, access_key_id: str) -> None:
    call.store.delete(_key(call, user, access_key_id))


@dataclass(frozen=True)
class OwnerOfKey:
    """Whose an access key is; the handler is given the key."""

    members: tuple[str, ...] = ("AccessKeyId",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        key = world.at("", "").get(AccessKey, call.params["AccessKeyId"])
        if key is None or key.account != call.account:
            # AWS tells no difference between a key that is not there and one that may not be asked about.
            return Resource(identity_arn(call.account, "user", "/", "*"), "user", call.account)
        user = world.at(call.account, "").get(User, key.user_name) if key.user_name else None
        resource = (
            resource_of(USER, user)
            if user is not None
            else Resource(root_principal(call.account).arn, "user", call.account)
        )
        resource.record = key
        return resource


@operation("GetAccessKeyLastUsed", on=OwnerOfKey())
def get_access_key_last_used(call: Call, key: AccessKey | None) -> dict[str, Any]:
    if key is None:
        raise NoSuchEntityException(_absent(call.params["AccessKeyId"]))
    named = {"UserName": key.user_name} if key.user_name else {}
    return {**named, "AccessKeyLastUsed": last_used(call, key)}


def keys_of(call: Call, user: User | None) -> list[AccessKey]:
    name = user.name if user is not None else ""
    return call.store.list(AccessKey, index="owner", value=f"{call.account}/{name}")


def last_used(call: Call, key: AccessKey) -> dict[str, Any]:
    """The model's ``AccessKeyLastUsed``, from the audit log: it has every call that the key signed."""
    event = call.search(newest_of_key, key.access_key_id, int(key.created.timestamp()))
    if event is None:
        return {"ServiceName": NEVER, "Region": NEVER}
    return {
        "LastUsedDate": datetime.fromtimestamp(int(event.time), UTC),
        "ServiceName": event.service,
        "Region": event.region,
    }


def newest_of_key(trail: Trail, access_key_id: str, since: float) -> AuditEvent | None:
    events = trail.events(since=since, mentioning=access_key_id)
    return next((event for event in events if event.principal[5] == access_key_id), None)


def _key(call: Call, user: User | None, access_key_id: str) -> AccessKey:
    found = call.store.get(AccessKey, access_key_id)
    name = user.name if user is not None else ""
    if found is None or found.owner != f"{call.account}/{name}":
        raise NoSuchEntityException(_absent(access_key_id))
    return found


def _absent(access_key_id: str) -> str:
    return f"The Access Key with id {access_key_id} cannot be found."


def _shape(key: AccessKey) -> dict[str, Any]:
    named = {"UserName": key.user_name} if key.user_name else {}
    return {
        **named,
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "CreateDate": key.created.replace(microsecond=0),
    }
