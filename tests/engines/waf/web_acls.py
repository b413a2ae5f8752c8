"""Web ACLs written short, in the shapes of AWS WAF's API."""

from vauban.engines import waf

ACCOUNT = "111122223333"
ARN = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/shop/11111111-2222-3333-4444-555555555555"
URI, QUERY, BODY = {"UriPath": {}}, {"QueryString": {}}, {"Body": {}}
ARGUMENTS = {"AllQueryArguments": {}}
ALLOW, BLOCK, COUNT = {"Allow": {}}, {"Block": {}}, {"Count": {}}
CAPTCHA, CHALLENGE = {"Captcha": {}}, {"Challenge": {}}


def steps(*names):
    return [{"Priority": number, "Type": name} for number, name in enumerate(names or ("NONE",))]


def contains(text, field=URI, *transformations, how="CONTAINS", **more):
    return {
        "ByteMatchStatement": {
            "SearchString": text,
            "FieldToMatch": field,
            "TextTransformations": steps(*transformations),
            "PositionalConstraint": how,
            **more,
        }
    }


def matches(pattern, field=URI, *transformations):
    return {
        "RegexMatchStatement": {
            "RegexString": pattern,
            "FieldToMatch": field,
            "TextTransformations": steps(*transformations),
        }
    }


def inspects(kind, field, *transformations, **more):
    return {kind: {"FieldToMatch": field, "TextTransformations": steps(*transformations), **more}}


def size(comparison, bytes, field, *transformations):
    return inspects("SizeConstraintStatement", field, *transformations, ComparisonOperator=comparison, Size=bytes)


ALL = {"All": {}}


def members(kind, pattern=ALL, scope="ALL", oversize="CONTINUE"):
    return {kind: {"MatchPattern": pattern, "MatchScope": scope, "OversizeHandling": oversize}}


def json_body(pattern=ALL, scope="ALL", **more):
    return {"JsonBody": {"MatchPattern": pattern, "MatchScope": scope, **more}}


def labelled(key, scope="LABEL"):
    return {"LabelMatchStatement": {"Scope": scope, "Key": key}}


def all_of(*statements):
    return {"AndStatement": {"Statements": list(statements)}}


def any_of(*statements):
    return {"OrStatement": {"Statements": list(statements)}}


def no(statement):
    return {"NotStatement": {"Statement": statement}}


ANYTHING = size("GE", 0, URI)
NOTHING = no(ANYTHING)


def visibility(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(statement, action=BLOCK, *, name="rule", priority=0, labels=(), **more):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": action,
        "VisibilityConfig": visibility(f"{name}-metric"),
        **({"RuleLabels": [{"Name": label} for label in labels]} if labels else {}),
        **more,
    }


def group_rule(statement, override="None", *, name="group", priority=0, **more):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "OverrideAction": {override: {}},
        "VisibilityConfig": visibility(f"{name}-metric"),
        **more,
    }


def web_acl(*rules, default=ALLOW, **more):
    """With the priorities of the rules as they stand, and names that differ."""
    listed = [
        {**each, "Priority": number, "Name": each["Name"] if each["Name"] != "rule" else f"rule{number}"}
        for number, each in enumerate(rules)
    ]
    return {
        "Name": "shop",
        "ARN": ARN,
        "DefaultAction": default,
        "Rules": listed,
        "VisibilityConfig": visibility("shop-metric"),
        **more,
    }


def verdict(statement, request, references=None, **more):
    """What a web ACL says that blocks what the statement matches."""
    return waf.compile(web_acl(rule(statement)), references or {}).evaluate(request, **more)


def caught(statement, request=None, references=None, **request_members):
    """Whether the statement matches."""
    return not verdict(statement, request or waf.Request(**request_members), references).allowed


def headers(**values):
    """`user_agent="x"` → a header of the name `user-agent`."""
    return tuple((name.replace("_", "-").encode(), value.encode()) for name, value in values.items())
