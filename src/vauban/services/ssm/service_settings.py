"""The account's settings of Parameter Store. Those of other Systems Manager tools are not found here."""

from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.ssm.errors import ServiceSettingNotFound
from vauban.services.ssm.resources import ADVANCED, INTELLIGENT, STANDARD, ServiceSetting

DEFAULT_TIER = "/ssm/parameter-store/default-parameter-tier"
HIGH_THROUGHPUT = "/ssm/parameter-store/high-throughput-enabled"
DEFAULTS = {DEFAULT_TIER: STANDARD, HIGH_THROUGHPUT: "false"}
ALLOWED = {DEFAULT_TIER: (STANDARD, ADVANCED, INTELLIGENT), HIGH_THROUGHPUT: ("true", "false")}


class ServiceSettingResolver:
    """A setting by its id or ARN; the handler is given the id."""

    members = ("SettingId",)
    action = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["SettingId"]
        prefix = _arn("", call.account, call.region)
        setting_id = text.removeprefix(prefix)
        absent = None
        if setting_id not in DEFAULTS:
            absent = ServiceSettingNotFound(f"Service setting {text} was not found.")
        where = _arn(setting_id if setting_id.startswith("/") else f"/{setting_id}", call.account, call.region)
        return Resource(where, "servicesetting", call.account, setting_id, absent=absent)


a_setting = ServiceSettingResolver()


@operation("GetServiceSetting", on=a_setting)
def get_service_setting(call: Call, setting_id: str) -> dict[str, Any]:
    return {"ServiceSetting": _described(call, setting_id, call.store.get(ServiceSetting, setting_id))}


@operation("UpdateServiceSetting", on=a_setting)
def update_service_setting(call: Call, setting_id: str, setting_value: str) -> dict[str, Any]:
    if setting_value not in ALLOWED[setting_id]:
        raise ValidationException(
            f"The value {setting_value} is not valid for {setting_id}. Valid values: {', '.join(ALLOWED[setting_id])}."
        )
    here = (call.account, call.region)
    call.store.put(ServiceSetting(setting_id, *here, setting_value, call.now, call.principal.arn))
    return {}


@operation("ResetServiceSetting", on=a_setting)
def reset_service_setting(call: Call, setting_id: str) -> dict[str, Any]:
    changed = call.store.get(ServiceSetting, setting_id)
    if changed is not None:
        call.store.delete(changed)
    return {"ServiceSetting": _described(call, setting_id, None)}


def value_of(call: Call, setting_id: str) -> str:
    """The setting's value in the account and Region."""
    setting = call.store.get(ServiceSetting, setting_id)
    return DEFAULTS[setting_id] if setting is None else setting.value


def _described(call: Call, setting_id: str, setting: ServiceSetting | None) -> dict[str, Any]:
    """The model's ``ServiceSetting``."""
    described = {"SettingId": setting_id, "ARN": _arn(setting_id, call.account, call.region)}
    if setting is None:
        return {**described, "SettingValue": DEFAULTS[setting_id], "LastModifiedUser": "System", "Status": "Default"}
    return {
        **described,
        "SettingValue": setting.value,
        "LastModifiedDate": setting.modified,
        "LastModifiedUser": setting.modified_by,
        "Status": "Customized",
    }


def _arn(setting_id: str, account: str, region: str) -> str:
    return arn("ssm", region, account, f"servicesetting{setting_id}")
