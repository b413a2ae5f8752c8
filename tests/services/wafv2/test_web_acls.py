import json
import re

import pytest

from .conftest import ACCOUNT, OTHER_ACCOUNT, VISIBILITY


def blocking(name, statement, priority=0, **more):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": {"Block": {}},
        "VisibilityConfig": {**VISIBILITY, "MetricName": name},
        **more,
    }


def from_set(arn):
    return {"IPSetReferenceStatement": {"ARN": arn}}


def containing(text, field="UriPath"):
    return {
        "ByteMatchStatement": {
            "SearchString": text,
            "FieldToMatch": {field: {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            "PositionalConstraint": "CONTAINS",
        }
    }


def make(waf, name="acl", **parameters):
    known = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY}
    return waf.create_web_acl(Name=name, **{**known, **parameters})["Summary"]


def test_a_web_acl_is_told_as_it_was_made(waf, ip_set, named):
    rules = [
        blocking("strangers", from_set(ip_set["ARN"])),
        blocking("admin", containing(b"/admin"), 1, RuleLabels=[{"Name": "seen:admin"}]),
    ]
    bodies = {"sorry": {"ContentType": "TEXT_PLAIN", "Content": "Not today."}}
    made = make(
        waf,
        Description="in front of the shop",
        Rules=rules,
        CustomResponseBodies=bodies,
        TokenDomains=["example.com"],
        CaptchaConfig={"ImmunityTimeProperty": {"ImmunityTime": 60}},
        ChallengeConfig={"ImmunityTimeProperty": {"ImmunityTime": 300}},
        AssociationConfig={"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_32"}}},
    )
    assert re.fullmatch(rf"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/acl/[0-9a-f-]{{36}}", made["ARN"])
    told = waf.get_web_acl(**named(made))
    assert told["LockToken"] == made["LockToken"]
    acl = told["WebACL"]
    assert acl["Rules"] == rules
    assert acl["DefaultAction"] == {"Allow": {}}
    assert acl["VisibilityConfig"] == VISIBILITY
    assert acl["CustomResponseBodies"] == bodies
    assert acl["TokenDomains"] == ["example.com"]
    assert acl["Capacity"] == 11
    assert acl["LabelNamespace"] == f"awswaf:{ACCOUNT}:webacl:acl:"
    assert acl["ManagedByFirewallManager"] is False
    assert waf.get_web_acl(ARN=made["ARN"])["WebACL"] == acl


def test_a_web_acl_is_named_by_its_arn_or_by_all_the_rest(waf):
    made = make(waf)
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        waf.get_web_acl(Name=made["Name"], Scope="REGIONAL")
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        waf.get_web_acl(ARN=made["ARN"].replace("webacl", "rulegroup"))


def test_an_update_replaces_everything(waf, ip_set, named):
    made = make(waf, Description="old", Rules=[blocking("strangers", from_set(ip_set["ARN"]))])
    changed = waf.update_web_acl(
        **named(made, lock=True), DefaultAction={"Block": {}}, VisibilityConfig={**VISIBILITY, "MetricName": "other"}
    )
    told = waf.get_web_acl(**named(made))
    assert told["LockToken"] == changed["NextLockToken"]
    acl = told["WebACL"]
    assert (acl["Rules"], acl["Capacity"], acl["Description"]) == ([], 0, "")
    assert acl["DefaultAction"] == {"Block": {}}
    with pytest.raises(waf.exceptions.WAFOptimisticLockException):
        waf.update_web_acl(**named(made, lock=True), DefaultAction={"Allow": {}}, VisibilityConfig=VISIBILITY)


def test_a_set_that_a_rule_names_cannot_be_deleted(waf, ip_set, named):
    made = make(waf, Rules=[blocking("strangers", {"NotStatement": {"Statement": from_set(ip_set["ARN"])}})])
    with pytest.raises(waf.exceptions.WAFAssociatedItemException, match="is being used by another resource"):
        waf.delete_ip_set(**named(ip_set, lock=True))
    waf.delete_web_acl(**named(made, lock=True))
    waf.delete_ip_set(**named(ip_set, lock=True))
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.get_web_acl(**named(made))


def test_rules_name_only_what_is_there_in_their_scope_and_region(waf, ip_set):
    gone = ip_set["ARN"].replace(ip_set["Id"], "00000000-0000-0000-0000-000000000000")
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        make(waf, Rules=[blocking("strangers", from_set(gone))])
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        make(waf, Scope="CLOUDFRONT", Rules=[blocking("strangers", from_set(ip_set["ARN"]))])
    assert caught.value.response["Field"] == "IP_SET_REFERENCE_STATEMENT"
    for wrong in (ip_set["ARN"].replace("us-east-1", "eu-west-1"), ip_set["ARN"].replace(ACCOUNT, OTHER_ACCOUNT)):
        with pytest.raises(waf.exceptions.WAFInvalidParameterException):
            make(waf, Rules=[blocking("strangers", from_set(wrong))])


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"DefaultAction": {}}, "DEFAULT_ACTION"),
        ({"DefaultAction": {"Allow": {}, "Block": {}}}, "DEFAULT_ACTION"),
        ({"Rules": [blocking("r", {})]}, "STATEMENT"),
        ({"Rules": [blocking("r", containing(b"x"), Action={"Block": {}, "Count": {}})]}, "RULE_ACTION"),
        ({"ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 60}}}, "CHALLENGE_CONFIG"),
        (
            {"AssociationConfig": {"RequestBody": {"CLOUDFRONT": {"DefaultSizeInspectionLimit": "KB_16"}}}},
            "ASSOCIATED_RESOURCE_TYPE",
        ),
        (
            {
                "DataProtectionConfig": {
                    "DataProtections": [{"Field": {"FieldType": "SINGLE_HEADER"}, "Action": "HASH"}],
                }
            },
            "DATA_PROTECTION_CONFIG",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_setting_that_is_wrong(parameters, field, waf):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        make(waf, **parameters)
    assert caught.value.response["Field"] == field


def test_a_web_acl_has_ten_token_domains_at_most(waf):
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        make(waf, TokenDomains=[f"shop{number}.example.com" for number in range(11)])


def test_a_web_acl_has_a_capacity_of_five_thousand(waf):
    rules = [blocking(f"r{number}", containing(b"x"), number) for number in range(501)]
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        make(waf, Rules=rules)
    told = caught.value.response
    assert (told["Field"], told["Parameter"]) == ("WEB_ACL", "5010")
    make(waf, Rules=rules[:-1])


def test_web_acls_are_listed_by_name_in_their_scope(waf):
    for name in ("b", "a"):
        make(waf, name)
    make(waf, "c", Scope="CLOUDFRONT")
    assert [each["Name"] for each in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]] == ["a", "b"]


def test_whoever_makes_rules_must_be_let_use_what_they_name(vauban, waf, ip_set):
    statement = {"Effect": "Allow", "Action": "wafv2:CreateWebACL", "Resource": f"arn:aws:wafv2:*:{ACCOUNT}:*/webacl/*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("wafv2", user="alice")
    make(alice, "without")
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        make(alice, "with", Rules=[blocking("strangers", from_set(ip_set["ARN"]))])
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        make(alice, "tagged", Tags=[{"Key": "a", "Value": ""}])
    vauban.user("alice", {"Version": "2012-10-17", "Statement": {**statement, "Resource": "*"}})
    make(alice, "with", Rules=[blocking("strangers", from_set(ip_set["ARN"]))])


def test_what_is_not_here_is_refused_aloud(waf):
    with pytest.raises(waf.exceptions.ClientError, match="AnalyticsConfig is not supported"):
        make(waf, AnalyticsConfig={"Mode": "CROSS_REGION"})
    managed = {"ManagedRuleGroupStatement": {"VendorName": "Acme", "Name": "Rules"}}
    rule = blocking("managed", managed, OverrideAction={"None": {}})
    del rule["Action"]
    with pytest.raises(waf.exceptions.ClientError):
        make(waf, Rules=[rule])


def test_there_is_nothing_of_firewall_manager_s_to_delete(waf, named):
    made = make(waf)
    told = waf.delete_firewall_manager_rule_groups(WebACLArn=made["ARN"], WebACLLockToken=made["LockToken"])
    assert waf.get_web_acl(**named(made))["LockToken"] == told["NextWebACLLockToken"] != made["LockToken"]


def test_the_trail_has_rules_but_not_what_they_search_for(vauban, waf):
    make(waf, Rules=[blocking("admin", containing(b"/secret-admin"))])
    (record,) = [each for each in vauban.trail() if each["eventName"] == "CreateWebACL"]
    assert record["requestParameters"]["rules"][0]["name"] == "admin"
    assert "secret-admin" not in json.dumps(record)
    assert record["resources"][0]["type"] == "AWS::WAFv2::WebACL"
