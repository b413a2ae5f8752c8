from datetime import UTC, datetime

from vauban.services.wafv2.edge import inspections
from vauban.services.wafv2.resources import Association, IPSet, LoggingConfiguration, RuleGroup, TokenKey, WebACL

ACCOUNT, REGION = "111122223333", "us-east-1"
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/0123456789abcdef"


def entity(kind, name, *values, **more):
    where = {"scope": "REGIONAL", "account": ACCOUNT, "region": REGION, "lock_token": "", "entity_id": "0" * 36}
    return kind(*values, name=name, **where, **more)


def rules_on(kind, entity):
    return {"Rules": [{"Name": "r", "Statement": {kind: {"ARN": entity.arn}}}]}


def part(*records):
    return inspections(lambda kind: [each for each in records if type(each) is kind]).inspections


def test_what_protects_something_is_inspected_with_all_that_its_rules_name():
    addresses = entity(IPSet, "addresses", "IPV4", ("192.0.2.44/32",))
    group = entity(RuleGroup, "group", 10, rules_on("IPSetReferenceStatement", addresses), (addresses.arn,))
    acl = entity(WebACL, "acl", 10, rules_on("RuleGroupReferenceStatement", group), (group.arn,))
    logging = LoggingConfiguration(acl.arn, ACCOUNT, REGION, {"LogScope": "CUSTOMER"})
    association = Association(LOAD_BALANCER, ACCOUNT, REGION, acl.arn)
    key = TokenKey(ACCOUNT, REGION, datetime(2026, 1, 1, tzinfo=UTC), b"k" * 32)
    (inspection,) = part(addresses, group, acl, logging, association, key)
    assert inspection.web_acl_arn == acl.arn
    assert inspection.resources == (LOAD_BALANCER,)
    assert inspection.web_acl["Name"] == "acl"
    assert inspection.references == {group.arn: group.shape, addresses.arn: addresses.shape}
    assert inspection.logging == {"LogScope": "CUSTOMER"}
    assert inspection.token_keys == (b"k" * 32,)


def test_what_protects_nothing_is_not_inspected():
    assert part(entity(WebACL, "acl", 0, {})) == ()


def test_overrides_of_rules_that_a_group_has_no_more_are_left_out():
    group = entity(RuleGroup, "group", 10, {"Rules": [{"Name": "still", "Statement": {}}]})
    overrides = [{"Name": name, "ActionToUse": {"Count": {}}} for name in ("still", "gone")]
    settings = rules_on("RuleGroupReferenceStatement", group)
    settings["Rules"][0]["Statement"]["RuleGroupReferenceStatement"]["RuleActionOverrides"] = overrides
    acl = entity(WebACL, "acl", 10, settings, (group.arn,))
    key = TokenKey(ACCOUNT, REGION, datetime(2026, 1, 1, tzinfo=UTC), b"k" * 32)
    (inspection,) = part(group, acl, Association(LOAD_BALANCER, ACCOUNT, REGION, acl.arn), key)
    (rule,) = inspection.web_acl["Rules"]
    assert rule["Statement"]["RuleGroupReferenceStatement"]["RuleActionOverrides"] == overrides[:1]
    assert acl.rules[0]["Statement"]["RuleGroupReferenceStatement"]["RuleActionOverrides"] == overrides
