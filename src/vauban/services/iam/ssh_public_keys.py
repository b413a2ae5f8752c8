"""SSH public keys of users."""

from typing import Any

from vauban.crypto.pem import read_ssh_key
from vauban.identity.ids import PUBLIC_KEY, new_unique_id
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import (
    DuplicateSSHPublicKeyException,
    InvalidInputException,
    InvalidPublicKeyException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import own_user, user
from vauban.services.iam.resources import SshPublicKey

PER_USER = 5
FEWEST_BITS = 2048


@operation("UploadSSHPublicKey", on=user)
def upload_ssh_public_key(call: Call, user: User, ssh_public_key_body: str) -> dict[str, Any]:
    try:
        given = read_ssh_key(ssh_public_key_body)
    except ValueError:
        raise InvalidPublicKeyException("The public key is not an RSA key in OpenSSH or PEM format.") from None
    if given.bits < FEWEST_BITS:
        raise InvalidPublicKeyException(f"The public key must have {FEWEST_BITS} bits at least.")
    before = _keys_of(call, user)
    if any(each.fingerprint == given.fingerprint for each in before):
        raise DuplicateSSHPublicKeyException("The SSH public key is already associated with the user.")
    if len(before) >= PER_USER:
        raise over_quota("SSHPublicKeysPerUser", PER_USER)
    key_id = new_unique_id(PUBLIC_KEY)
    body = ssh_public_key_body.strip()
    made = SshPublicKey(call.account, key_id, user.name, call.second, body, given.fingerprint)
    call.store.put(made)
    return {"SSHPublicKey": _shape(made, body)}


@operation("GetSSHPublicKey", on=user)
def get_ssh_public_key(call: Call, user: User, ssh_public_key_id: str, encoding: str) -> dict[str, Any]:
    found = _key(call, user, ssh_public_key_id)
    key = read_ssh_key(found.body)
    return {"SSHPublicKey": _shape(found, key.pem if encoding == "PEM" else key.openssh)}


@operation("ListSSHPublicKeys", on=own_user)
def list_ssh_public_keys(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    entries = ((each.key_id, each) for each in _keys_of(call, user))
    return page(call, "SSHPublicKeys", entries, max_items, marker, _listed)


@operation("UpdateSSHPublicKey", on=user)
def update_ssh_public_key(call: Call, user: User, ssh_public_key_id: str, status: str) -> None:
    if status == "Expired":
        raise InvalidInputException("The status of an SSH public key is Active or Inactive.")
    call.store.put(replace(_key(call, user, ssh_public_key_id), status=status))


@operation("DeleteSSHPublicKey", on=user)
def delete_ssh_public_key(call: Call, user: User, ssh_public_key_id: str) -> None:
    call.store.delete(_key(call, user, ssh_public_key_id))


def _keys_of(call: Call, user: User) -> list[SshPublicKey]:
    return call.store.list(SshPublicKey, index="user", value=user.name)


def _key(call: Call, user: User, key_id: str) -> SshPublicKey:
    found = call.store.get(SshPublicKey, key_id)
    if found is None or found.user_name != user.name:
        raise NoSuchEntityException(f"The Public Key with id {key_id} cannot be found.")
    return found


def _listed(key: SshPublicKey) -> dict[str, Any]:
    return {
        "UserName": key.user_name,
        "SSHPublicKeyId": key.key_id,
        "Status": key.status,
        "UploadDate": key.uploaded,
    }


def _shape(key: SshPublicKey, body: str) -> dict[str, Any]:
    return _listed(key) | {"Fingerprint": key.fingerprint, "SSHPublicKeyBody": body}
