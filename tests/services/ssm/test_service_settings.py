import pytest
from botocore.exceptions import ClientError

TIER = "/ssm/parameter-store/default-parameter-tier"
ARN = "arn:aws:ssm:us-east-1:111122223333:servicesetting"


def test_a_setting_is_awss_until_it_is_changed(ssm):
    setting = ssm.get_service_setting(SettingId=TIER)["ServiceSetting"]
    assert setting == {
        "SettingId": TIER,
        "SettingValue": "Standard",
        "LastModifiedUser": "System",
        "ARN": ARN + TIER,
        "Status": "Default",
    }
    ssm.update_service_setting(SettingId=ARN + TIER, SettingValue="Advanced")
    changed = ssm.get_service_setting(SettingId=ARN + TIER)["ServiceSetting"]
    assert (changed["SettingValue"], changed["Status"]) == ("Advanced", "Customized")
    assert changed["LastModifiedUser"] == "arn:aws:iam::111122223333:root"
    assert changed["LastModifiedDate"]
    assert ssm.reset_service_setting(SettingId=TIER)["ServiceSetting"] == setting
    assert ssm.get_service_setting(SettingId=TIER)["ServiceSetting"] == setting


def test_the_default_tier_is_the_one_of_requests_that_name_none(ssm, put):
    ssm.update_service_setting(SettingId=TIER, SettingValue="Advanced")
    assert put("/a")["Tier"] == "Advanced"
    assert put("/b", Tier="Standard")["Tier"] == "Standard"
    ssm.update_service_setting(SettingId=TIER, SettingValue="Intelligent-Tiering")
    assert put("/c")["Tier"] == "Standard"
    assert put("/d", "x" * 5000)["Tier"] == "Advanced"


def test_what_is_no_setting_of_parameter_store_is_not_found(ssm):
    for setting_id in (
        "/ssm/opsinsights/opscenter",
        "nonsense",
        "arn:aws:ssm:us-east-1:444455556666:servicesetting" + TIER,
    ):
        with pytest.raises(ssm.exceptions.ServiceSettingNotFound):
            ssm.get_service_setting(SettingId=setting_id)


def test_a_setting_has_only_so_many_values(ssm):
    for setting_id, value in ((TIER, "Cheap"), ("/ssm/parameter-store/high-throughput-enabled", "yes")):
        with pytest.raises(ClientError, match="ValidationException"):
            ssm.update_service_setting(SettingId=setting_id, SettingValue=value)


def test_a_setting_is_a_resource_of_its_own(as_user):
    alice = as_user("alice", ("ssm:GetServiceSetting", ARN + TIER))
    assert alice.get_service_setting(SettingId=TIER)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.get_service_setting(SettingId="/ssm/parameter-store/high-throughput-enabled")
