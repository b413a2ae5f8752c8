import base64
import json
import time

import pytest

from vauban.identity.mfa_devices import code_at
from vauban.kernel.calls import Call

from .conftest import ACCOUNT, allowing

NOW = 1_700_000_010.0
STEP = int(NOW // 30)


@pytest.fixture(autouse=True)
def still_time(monkeypatch):
    """Codes are made by real time, which no clock of Vauban's moves."""
    monkeypatch.setattr(Call, "real_time", property(lambda _: NOW))


@pytest.fixture
def device(iam):
    return iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]


def codes(device, step=STEP):
    seed = base64.b32decode(device["Base32StringSeed"])
    return {"AuthenticationCode1": code_at(seed, step), "AuthenticationCode2": code_at(seed, step + 1)}


def test_a_device_is_made_with_a_seed_and_a_picture_of_it(device):
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/phone"
    assert len(base64.b32decode(device["Base32StringSeed"])) == 40
    assert device["QRCodePNG"].startswith(b"\x89PNG")


def test_a_device_is_enabled_by_two_codes_listed_and_taken_away(iam, alice, device, refused):
    serial = device["SerialNumber"]
    with refused("InvalidAuthenticationCode", "Authentication code for device is not valid."):
        iam.enable_mfa_device(
            UserName=alice, SerialNumber=serial, AuthenticationCode1="000000", AuthenticationCode2="000001"
        )
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    iam.enable_mfa_device(UserName=alice, SerialNumber=serial, **codes(device))
    (listed,) = iam.list_mfa_devices(UserName=alice)["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == (alice, serial)
    assert iam.get_mfa_device(UserName=alice, SerialNumber=serial)["EnableDate"] == listed["EnableDate"]
    (virtual,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert virtual["User"]["UserName"] == alice
    assert "Base32StringSeed" not in virtual
    with refused("EntityAlreadyExists"):
        iam.enable_mfa_device(UserName=alice, SerialNumber=serial, **codes(device, STEP + 2))
    with refused("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first."):
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("DeleteConflict", "Cannot delete entity, must delete MFA device first."):
        iam.delete_user(UserName=alice)
    iam.deactivate_mfa_device(UserName=alice, SerialNumber=serial)
    with refused("NoSuchEntity", "MFA Device invalid for user."):
        iam.deactivate_mfa_device(UserName=alice, SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("NoSuchEntity", f"VirtualMFADevice with serial number {serial} doesn't exist."):
        iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_codes_are_good_once(iam, alice, device, refused):
    serial = device["SerialNumber"]
    iam.enable_mfa_device(UserName=alice, SerialNumber=serial, **codes(device))
    with refused("InvalidAuthenticationCode"):
        iam.resync_mfa_device(UserName=alice, SerialNumber=serial, **codes(device))
    iam.resync_mfa_device(UserName=alice, SerialNumber=serial, **codes(device, STEP + 5))


def test_a_name_is_taken_once_in_a_path(iam, device, refused):
    with refused("EntityAlreadyExists", "MFADevice entity at the same path and name already exists."):
        iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    other = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/team/")["VirtualMFADevice"]
    assert other["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/team/phone"


def test_devices_have_tags(iam, device):
    serial = device["SerialNumber"]
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["a"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == []


def test_users_enable_devices_of_their_own(vauban, device, iam, alice, refused):
    vauban.user("bob", allowing(["iam:EnableMFADevice", "iam:ListMFADevices"], f"arn:aws:iam::{ACCOUNT}:user/bob"))
    bobs = vauban.client("iam", user="bob")
    with refused("AccessDenied"):
        bobs.enable_mfa_device(UserName=alice, SerialNumber=device["SerialNumber"], **codes(device))
    bobs.enable_mfa_device(UserName="bob", SerialNumber=device["SerialNumber"], **codes(device))
    assert len(bobs.list_mfa_devices()["MFADevices"]) == 1


def test_neither_seeds_nor_codes_are_on_the_trail(vauban, iam, alice, device):
    shown = codes(device)
    iam.enable_mfa_device(UserName=alice, SerialNumber=device["SerialNumber"], **shown)
    trail = json.dumps([each for each in vauban.trail() if "MFA" in each["eventName"]], default=str)
    assert device["Base32StringSeed"].decode() not in trail
    assert not any(f'"{code}"' in trail for code in shown.values())


def test_real_time_is_the_real_clocks(monkeypatch):
    monkeypatch.undo()
    call = Call("iam", None, {}, None, "", "", 0.0, None, "")
    assert abs(call.real_time - time.time()) < 60
