"""Virtual MFA devices. Codes are checked in ``identity.mfa_devices``, here and wherever a caller shows one."""

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import segno

from vauban.identity.arns import identity_arn
from vauban.identity.mfa_devices import SEED_BYTES, MfaDevice, serial_number, synchronize
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    InvalidAuthenticationCodeException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import Listing, own_user_or_root, user
from vauban.services.iam.shapes import user_shape
from vauban.services.iam.tags import list_tags, new_tags, shown, tag, untag

PER_USER = 8
ISSUER = "Amazon Web Services"


@dataclass(frozen=True)
class NewDevice:
    members: tuple[str, ...] = ("VirtualMFADeviceName", "Path")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name, path = call.params["VirtualMFADeviceName"], call.params.get("Path", "/")
        arn = identity_arn(call.account, "mfa", path, name)
        return Resource(arn, "mfa", call.account, cloudtrail_type="AWS::IAM::VirtualMFADevice")


@dataclass(frozen=True)
class Device:
    """A device of the account, by its serial number."""

    members: tuple[str, ...] = ("SerialNumber",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        serial = call.params["SerialNumber"]
        device = world.at(call.account, "").get(MfaDevice, serial)
        absent = NoSuchEntityException(_absent(serial)) if device is None else None
        arn = serial if serial.startswith(f"arn:aws:iam::{call.account}:mfa/") else f"arn:aws:iam::{call.account}:mfa/*"
        tags = device.tags if device is not None else {}
        return Resource(arn, "mfa", call.account, device, tags=tags, absent=absent)


a_device = Device()


@operation("CreateVirtualMFADevice", on=NewDevice(), also=(("TagMFADevice", "Tags"),))
def create_virtual_mfa_device(
    call: Call,
    _: None,
    virtual_mfa_device_name: str,
    path: str = "/",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    serial = serial_number(call.account, path, virtual_mfa_device_name)
    if call.store.get(MfaDevice, serial) is not None:
        raise EntityAlreadyExistsException("MFADevice entity at the same path and name already exists.")
    seed = call.random(SEED_BYTES)
    made = MfaDevice(call.account, serial, virtual_mfa_device_name, call.second, seed, path, tags=new_tags(tags))
    call.store.put(made)
    text = base64.b32encode(seed).decode()
    shape = {
        "SerialNumber": serial,
        "Base32StringSeed": text.encode(),
        "QRCodePNG": _qr_code(call, virtual_mfa_device_name, text),
        **shown(made.tags),
    }
    return {"VirtualMFADevice": shape}


@operation("EnableMFADevice", on=user)
def enable_mfa_device(
    call: Call, user: User, serial_number: str, authentication_code1: str, authentication_code2: str
) -> None:
    device = call.store.get(MfaDevice, serial_number)
    if device is None:
        raise NoSuchEntityException(_absent(serial_number))
    if device.user_name:
        raise EntityAlreadyExistsException("MFADevice is already in use.")
    if len(devices_of(call, user)) >= PER_USER:
        raise over_quota("MFADevicesPerUser", PER_USER)
    synchronized = _synchronized(call, device, authentication_code1, authentication_code2)
    call.store.put(replace(synchronized, user_name=user.name, enabled=call.second))


@operation("ResyncMFADevice", on=user)
def resync_mfa_device(
    call: Call, user: User, serial_number: str, authentication_code1: str, authentication_code2: str
) -> None:
    device = _device(call, user, serial_number)
    call.store.put(_synchronized(call, device, authentication_code1, authentication_code2))


@operation("DeactivateMFADevice", on=own_user_or_root)
def deactivate_mfa_device(call: Call, user: User | None, serial_number: str) -> None:
    call.store.put(replace(_device(call, user, serial_number), user_name="", enabled=None))


@operation("DeleteVirtualMFADevice", on=a_device)
def delete_virtual_mfa_device(call: Call, device: MfaDevice) -> None:
    if device.user_name:
        raise DeleteConflictException("MFA VirtualDevice in use. Must deactivate first.")
    call.store.delete(device)


@operation("GetMFADevice", on=own_user_or_root)
def get_mfa_device(call: Call, user: User | None, serial_number: str) -> dict[str, Any]:
    device = _device(call, user, serial_number)
    return _listed(device) | {"Certifications": {}}


@operation("ListMFADevices", on=own_user_or_root)
def list_mfa_devices(
    call: Call, user: User | None, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    entries = ((each.serial_number, each) for each in devices_of(call, user))
    return page(call, "MFADevices", entries, max_items, marker, _listed)


@operation("ListVirtualMFADevices", on=Listing("mfa", members=()))
def list_virtual_mfa_devices(
    call: Call, _: None, assignment_status: str = "Any", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    wanted = {"Assigned": (True,), "Unassigned": (False,)}.get(assignment_status, (True, False))
    found = (each for each in call.store.list(MfaDevice) if bool(each.user_name) in wanted)
    entries = ((each.serial_number, each) for each in found)
    return page(call, "VirtualMFADevices", entries, max_items, marker, lambda each: _virtual(call, each))


@operation("TagMFADevice", on=a_device)
def tag_mfa_device(call: Call, device: MfaDevice, tags: list[dict[str, str]]) -> None:
    tag(call, device, tags)


@operation("UntagMFADevice", on=a_device)
def untag_mfa_device(call: Call, device: MfaDevice, tag_keys: list[str]) -> None:
    untag(call, device, tag_keys)


@operation("ListMFADeviceTags", on=a_device)
def list_mfa_device_tags(
    call: Call, device: MfaDevice, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, device, marker, max_items)


def devices_of(call: Call, user: User | None) -> list[MfaDevice]:
    """The devices of a user; root has none here."""
    return call.store.list(MfaDevice, index="user", value=user.name) if user is not None else []


def _device(call: Call, user: User | None, serial: str) -> MfaDevice:
    for device in devices_of(call, user):
        if device.serial_number == serial:
            return device
    raise NoSuchEntityException("MFA Device invalid for user.")


def _synchronized(call: Call, device: MfaDevice, code1: str, code2: str) -> MfaDevice:
    synchronized = synchronize(device, code1, code2, call.real_time)
    if synchronized is None:
        raise InvalidAuthenticationCodeException("Authentication code for device is not valid.")
    return synchronized


def _listed(device: MfaDevice) -> dict[str, Any]:
    enabled: datetime | None = device.enabled
    return {"UserName": device.user_name, "SerialNumber": device.serial_number, "EnableDate": enabled}


def _virtual(call: Call, device: MfaDevice) -> dict[str, Any]:
    """Without the seed: that is shown once."""
    owner = call.store.get(User, device.user_name) if device.user_name else None
    shape: dict[str, Any] = {"SerialNumber": device.serial_number}
    if owner is not None:
        shape |= {"User": user_shape(owner), "EnableDate": device.enabled}
    return shape


def _qr_code(call: Call, name: str, seed: str) -> bytes:
    """What an authenticator app reads: a Key URI, as a PNG."""
    label = quote(f"{ISSUER}:{name}@{call.account}", safe="@:")
    uri = f"otpauth://totp/{label}?{urlencode({'secret': seed, 'issuer': ISSUER}, quote_via=quote)}"
    image = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(image, kind="png", scale=4)
    return image.getvalue()


def _absent(serial: str) -> str:
    return f"VirtualMFADevice with serial number {serial} doesn't exist."
