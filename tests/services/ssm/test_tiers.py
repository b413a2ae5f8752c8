import pytest
from botocore.exceptions import ClientError

from vauban.services.ssm import tiers


def test_a_standard_value_is_of_4096_bytes_at_most(put):
    put("/a", "x" * 4096)
    with pytest.raises(
        ClientError,
        match=r"ValidationException.*Standard tier parameters support a maximum parameter value of 4096 characters\. "
        r"To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier",
    ):
        put("/b", "x" * 4097)
    with pytest.raises(ClientError, match="4096"):
        put("/b", "é" * 2049)


def test_an_advanced_value_is_of_8192_bytes_at_most(put):
    assert put("/a", "x" * 8192, Tier="Advanced")["Tier"] == "Advanced"
    with pytest.raises(ClientError, match="8192"):
        put("/b", "x" * 8193, Tier="Intelligent-Tiering")


def test_intelligence_chooses_what_is_needed(put):
    assert put("/small", "x", Tier="Intelligent-Tiering")["Tier"] == "Standard"
    assert put("/large", "x" * 4097, Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    assert put("/json", "{}", Tier="Intelligent-Tiering", DataType="json")["Tier"] == "Advanced"
    policy = '[{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"1","Unit":"Days"}}]'
    assert put("/watched", "x", Tier="Intelligent-Tiering", Policies=policy)["Tier"] == "Advanced"
    assert put("/small", "x" * 5000, Tier="Intelligent-Tiering", Overwrite=True)["Tier"] == "Advanced"


def test_there_is_a_way_up_and_none_down(put):
    put("/a")
    assert put("/a", "x", Overwrite=True, Tier="Advanced")["Tier"] == "Advanced"
    with pytest.raises(ClientError, match=r"ValidationException.*You can't downgrade a parameter from the advanced"):
        put("/a", "x", Overwrite=True, Tier="Standard")
    assert put("/a", "x", Overwrite=True)["Tier"] == "Advanced"
    assert put("/a", "x", Overwrite=True, Tier="Intelligent-Tiering")["Tier"] == "Advanced"


def test_policies_need_the_advanced_tier(put):
    policy = '[{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"1","Unit":"Days"}}]'
    with pytest.raises(ClientError, match=r"ValidationException.*advanced-parameter tier"):
        put("/a", Policies=policy)


def test_an_account_has_only_so_many(ssm, put, monkeypatch):
    monkeypatch.setitem(tiers.MOST_PARAMETERS, "Standard", 2)
    monkeypatch.setitem(tiers.MOST_PARAMETERS, "Advanced", 1)
    put("/a")
    put("/b")
    put("/b", "x", Overwrite=True)
    with pytest.raises(ssm.exceptions.ParameterLimitExceeded):
        put("/c")
    assert put("/c", Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    with pytest.raises(ssm.exceptions.ParameterLimitExceeded):
        put("/b", "x", Overwrite=True, Tier="Advanced")
    ssm.delete_parameter(Name="/a")
    put("/d")
