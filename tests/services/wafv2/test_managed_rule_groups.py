import pytest


def test_aws_s_groups_are_listed_with_what_they_are_for(waf):
    listed = waf.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"]
    names = [each["Name"] for each in listed]
    assert names == sorted(names)
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet", "AWSManagedRulesBotControlRuleSet"} <= set(
        names
    )
    assert {each["VendorName"] for each in listed} == {"AWS"}
    versioned = {each["Name"]: each["VersioningSupported"] for each in listed}
    assert versioned["AWSManagedRulesCommonRuleSet"]
    assert not versioned["AWSManagedRulesAmazonIpReputationList"]
    first = waf.list_available_managed_rule_groups(Scope="REGIONAL", Limit=10)
    rest = waf.list_available_managed_rule_groups(Scope="REGIONAL", NextMarker=first["NextMarker"])
    assert first["ManagedRuleGroups"] + rest["ManagedRuleGroups"] == listed


def test_a_group_tells_its_capacity_rules_and_labels(waf):
    told = waf.describe_managed_rule_group(VendorName="AWS", Name="AWSManagedRulesSQLiRuleSet", Scope="REGIONAL")
    assert told["Capacity"] == 200
    assert told["LabelNamespace"] == "awswaf:managed:aws:sql-database:"
    assert {"Name": "SQLi_BODY", "Action": {"Block": {}}} in told["Rules"]
    assert {"Name": "awswaf:managed:aws:sql-database:SQLi_Body"} in told["AvailableLabels"]
    assert len(told["AvailableLabels"]) == len(told["Rules"]) == 8


def test_a_rule_has_the_action_that_aws_gave_it(waf):
    name = "AWSManagedRulesAmazonIpReputationList"
    told = waf.describe_managed_rule_group(VendorName="AWS", Name=name, Scope="CLOUDFRONT")
    assert {"Name": "AWSManagedIPDDoSList", "Action": {"Count": {}}} in told["Rules"]
    assert "VersionName" not in told


def test_the_versions_of_a_group_are_listed_and_described(waf):
    group = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", "Scope": "REGIONAL"}
    told = waf.list_available_managed_rule_group_versions(**group)
    assert told["CurrentDefaultVersion"] in [each["Name"] for each in told["Versions"]]
    described = waf.describe_managed_rule_group(**group, VersionName=told["CurrentDefaultVersion"])
    assert described["VersionName"] == told["CurrentDefaultVersion"]
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.describe_managed_rule_group(**group, VersionName="Version_0.0")


@pytest.mark.parametrize(
    ("vendor", "name"), [("AWS", "AWSManagedRulesNothing"), ("Acme", "AWSManagedRulesSQLiRuleSet")]
)
def test_a_group_that_nobody_offers_is_not_there(vendor, name, waf):
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.describe_managed_rule_group(VendorName=vendor, Name=name, Scope="REGIONAL")


def test_products_are_told_by_vendor(waf):
    every = waf.describe_all_managed_products(Scope="REGIONAL")["ManagedProducts"]
    assert waf.describe_managed_products_by_vendor(VendorName="AWS", Scope="REGIONAL")["ManagedProducts"] == every
    assert waf.describe_managed_products_by_vendor(VendorName="Acme", Scope="REGIONAL")["ManagedProducts"] == []
    advanced = {each["ManagedRuleSetName"] for each in every if each["IsAdvancedManagedRuleSet"]}
    assert "AWSManagedRulesATPRuleSet" in advanced
    assert "AWSManagedRulesCommonRuleSet" not in advanced
