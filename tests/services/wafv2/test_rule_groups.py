import json

import pytest

from .conftest import ACCOUNT, OTHER_ACCOUNT, VISIBILITY
from .test_web_acls import blocking, containing, from_set
from .test_web_acls import make as make_web_acl

SHARED = ["wafv2:CreateWebACL", "wafv2:UpdateWebACL", "wafv2:PutFirewallManagerRuleGroups", "wafv2:GetRuleGroup"]


def make(waf, name="group", capacity=50, **parameters):
    known = {"Scope": "REGIONAL", "VisibilityConfig": VISIBILITY, "Capacity": capacity}
    return waf.create_rule_group(Name=name, **{**known, **parameters})["Summary"]


def using(group, name="group", **more):
    statement = {"RuleGroupReferenceStatement": {"ARN": group["ARN"], **more}}
    rule = blocking(name, statement, OverrideAction={"None": {}})
    del rule["Action"]
    return rule


def sharing(account=OTHER_ACCOUNT, actions=SHARED, **more):
    statement = {"Effect": "Allow", "Action": actions, "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_a_rule_group_is_told_with_the_labels_of_its_rules(waf, named):
    labelled = blocking("admin", containing(b"/admin"), RuleLabels=[{"Name": "seen:admin"}])
    asking = blocking("again", {"LabelMatchStatement": {"Scope": "LABEL", "Key": "seen:admin"}}, 1)
    made = make(waf, Rules=[labelled, asking], Description="for all shops")
    told = waf.get_rule_group(**named(made))
    assert told["LockToken"] == made["LockToken"]
    group = told["RuleGroup"]
    namespace = f"awswaf:{ACCOUNT}:rulegroup:group:"
    assert group["LabelNamespace"] == namespace
    assert group["AvailableLabels"] == group["ConsumedLabels"] == [{"Name": f"{namespace}seen:admin"}]
    assert (group["Capacity"], group["Description"]) == (50, "for all shops")
    assert group["Rules"] == [labelled, asking]
    assert waf.get_rule_group(ARN=made["ARN"])["RuleGroup"] == group


def test_rules_stay_within_the_capacity_that_the_group_was_made_with(waf, named):
    rules = [blocking(f"r{number}", containing(b"x"), number) for number in range(6)]
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        make(waf, Rules=rules)
    assert caught.value.response["Field"] == "RULE_GROUP"
    assert caught.value.response["Reason"] == "You exceeded the capacity limit for a rule group or web ACL."
    made = make(waf, Rules=rules[:5])
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        waf.update_rule_group(**named(made, lock=True), Rules=rules, VisibilityConfig=VISIBILITY)
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        make(waf, "huge", capacity=5_001)


def test_a_group_counts_with_its_capacity_and_not_with_its_rules(waf, named):
    made = make(waf, Rules=[blocking("admin", containing(b"/admin"))])
    acl = make_web_acl(waf, Rules=[using(made)])
    assert waf.get_web_acl(**named(acl))["WebACL"]["Capacity"] == 50


def test_a_group_that_is_used_cannot_be_deleted(waf, ip_set, named):
    made = make(waf, Rules=[blocking("strangers", from_set(ip_set["ARN"]))])
    acl = make_web_acl(waf, Rules=[using(made)])
    with pytest.raises(waf.exceptions.WAFAssociatedItemException):
        waf.delete_rule_group(**named(made, lock=True))
    with pytest.raises(waf.exceptions.WAFAssociatedItemException):
        waf.delete_ip_set(**named(ip_set, lock=True))
    token = waf.update_web_acl(**named(acl, lock=True), DefaultAction={"Allow": {}}, VisibilityConfig=VISIBILITY)
    waf.delete_rule_group(**named(made, lock=True))
    waf.delete_ip_set(**named(ip_set, lock=True))
    waf.delete_web_acl(**named(acl), LockToken=token["NextLockToken"])
    assert waf.list_rule_groups(Scope="REGIONAL")["RuleGroups"] == []


def test_a_group_has_no_group_in_it(waf):
    made = make(waf)
    with pytest.raises(waf.exceptions.WAFInvalidParameterException, match=r"A reference in your rule statement"):
        make(waf, "nested", Rules=[using(made)])


def test_an_update_replaces_everything_but_the_capacity(waf, named):
    made = make(waf, Rules=[blocking("admin", containing(b"/admin"))], Description="old")
    changed = waf.update_rule_group(**named(made, lock=True), VisibilityConfig=VISIBILITY)
    told = waf.get_rule_group(**named(made))
    assert told["LockToken"] == changed["NextLockToken"]
    group = told["RuleGroup"]
    assert (group["Rules"], group["Capacity"], group["Description"]) == ([], 50, "")
    assert "AvailableLabels" not in group


def test_a_shared_group_is_used_by_another_account_and_kept_for_it(neighbours, named):
    ours, theirs = neighbours.client("wafv2"), neighbours.client("wafv2", account=OTHER_ACCOUNT)
    made = make(ours)
    for ask in (lambda: theirs.get_rule_group(ARN=made["ARN"]), lambda: make_web_acl(theirs, Rules=[using(made)])):
        with pytest.raises(theirs.exceptions.ClientError, match="AccessDeniedException"):
            ask()
    with pytest.raises(theirs.exceptions.ClientError, match="AccessDeniedException"):
        theirs.check_capacity(Scope="REGIONAL", Rules=[using(made)])
    ours.put_permission_policy(ResourceArn=made["ARN"], Policy=sharing())
    assert theirs.get_rule_group(ARN=made["ARN"])["RuleGroup"]["Name"] == "group"
    acl = make_web_acl(theirs, Rules=[using(made)])
    with pytest.raises(ours.exceptions.WAFAssociatedItemException):
        ours.delete_rule_group(**named(made, lock=True))
    with pytest.raises(theirs.exceptions.ClientError, match="AccessDeniedException"):
        theirs.put_permission_policy(ResourceArn=made["ARN"], Policy=sharing())
    theirs.delete_web_acl(**named(acl, lock=True))
    ours.delete_rule_group(**named(made, lock=True))


def test_the_policy_of_a_group_is_put_told_and_taken_away(neighbours):
    waf = neighbours.client("wafv2")
    made = make(waf)
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.get_permission_policy(ResourceArn=made["ARN"])
    waf.put_permission_policy(ResourceArn=made["ARN"], Policy=sharing())
    assert json.loads(waf.get_permission_policy(ResourceArn=made["ARN"])["Policy"]) == json.loads(sharing())
    waf.delete_permission_policy(ResourceArn=made["ARN"])
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.delete_permission_policy(ResourceArn=made["ARN"])


@pytest.mark.parametrize(
    "policy",
    [
        "{}",
        "nonsense",
        sharing(actions=SHARED[:2]),
        sharing(actions=[*SHARED, "wafv2:DeleteRuleGroup"]),
        sharing(actions="wafv2:*"),
        sharing(Effect="Deny"),
        sharing(Resource="*"),
        sharing().replace("2012-10-17", "2008-10-17"),
    ],
)
def test_a_policy_says_no_more_than_that_others_may_use_the_group(policy, neighbours):
    waf = neighbours.client("wafv2")
    with pytest.raises(waf.exceptions.WAFInvalidPermissionPolicyException):
        waf.put_permission_policy(ResourceArn=make(waf)["ARN"], Policy=policy)
