import pytest

from .conftest import ACCOUNT, OTHER_ACCOUNT
from .test_web_acls import make

GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-shop"
BUCKET = "arn:aws:s3:::aws-waf-logs-shop"


@pytest.fixture
def acl(waf):
    return make(waf)["ARN"]


def put(waf, acl, destination=BUCKET, **more):
    configuration = {"ResourceArn": acl, "LogDestinationConfigs": [destination], **more}
    return waf.put_logging_configuration(LoggingConfiguration=configuration)["LoggingConfiguration"]


def test_a_configuration_is_put_told_listed_and_taken_away(vauban, waf, acl):
    vauban.client("logs").create_log_group(logGroupName="aws-waf-logs-shop")
    logging_filter = {
        "DefaultBehavior": "DROP",
        "Filters": [
            {
                "Behavior": "KEEP",
                "Requirement": "MEETS_ANY",
                "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
            }
        ],
    }
    redacted = [{"SingleHeader": {"Name": "authorization"}}, {"QueryString": {}}]
    told = put(waf, acl, GROUP, RedactedFields=redacted, LoggingFilter=logging_filter)
    assert told == {
        "ResourceArn": acl,
        "LogDestinationConfigs": [GROUP],
        "RedactedFields": redacted,
        "LoggingFilter": logging_filter,
        "ManagedByFirewallManager": False,
        "LogType": "WAF_LOGS",
        "LogScope": "CUSTOMER",
    }
    assert waf.get_logging_configuration(ResourceArn=acl)["LoggingConfiguration"] == told
    assert waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"] == [told]
    assert waf.list_logging_configurations(Scope="CLOUDFRONT")["LoggingConfigurations"] == []
    assert put(waf, acl)["LogDestinationConfigs"] == [BUCKET]
    waf.delete_logging_configuration(ResourceArn=acl)
    for ask in (waf.get_logging_configuration, waf.delete_logging_configuration):
        with pytest.raises(waf.exceptions.WAFNonexistentItemException):
            ask(ResourceArn=acl)


@pytest.mark.parametrize(
    "destination",
    [
        GROUP.replace("aws-waf-logs-", "waf-"),
        GROUP.replace("us-east-1", "eu-west-1"),
        BUCKET.replace("aws-waf-logs-", "logs-of-the-"),
        f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/shop",
        f"arn:aws:sns:us-east-1:{ACCOUNT}:aws-waf-logs-shop",
    ],
)
def test_a_destination_is_of_a_kind_and_name_that_waf_writes_to(destination, waf, acl):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        put(waf, acl, destination)
    told = caught.value.response
    assert (told["Field"], told["Parameter"]) == ("LOG_DESTINATION", destination)
    assert told["Reason"].startswith("The ARN isn't valid.")


def test_a_log_group_is_the_account_s_own_and_there(waf, acl):
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        put(waf, acl, GROUP)
    with pytest.raises(waf.exceptions.WAFLogDestinationPermissionIssueException):
        put(waf, acl, GROUP.replace(ACCOUNT, OTHER_ACCOUNT))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"RedactedFields": [{"Body": {}}]}, "FIELD_TO_MATCH"),
        ({"RedactedFields": [{"UriPath": {}, "Method": {}}]}, "FIELD_TO_MATCH"),
        (
            {
                "LoggingFilter": {
                    "DefaultBehavior": "KEEP",
                    "Filters": [{"Behavior": "DROP", "Requirement": "MEETS_ALL", "Conditions": [{}]}],
                }
            },
            "FILTER_CONDITION",
        ),
    ],
)
def test_what_cannot_be_left_out_is_refused(more, field, waf, acl):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        put(waf, acl, **more)
    assert caught.value.response["Field"] == field


def test_there_is_one_destination_and_it_is_the_customer_s(waf, acl):
    configuration = {"ResourceArn": acl, "LogDestinationConfigs": [BUCKET, f"{BUCKET}-2"]}
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        waf.put_logging_configuration(LoggingConfiguration=configuration)
    with pytest.raises(waf.exceptions.WAFInvalidOperationException):
        put(waf, acl, LogScope="SECURITY_LAKE")


def test_a_policy_may_say_where_logs_go(vauban, waf, acl):
    condition = {"ArnEquals": {"wafv2:LogDestinationResource": BUCKET}, "StringEquals": {"wafv2:LogScope": "CUSTOMER"}}
    statement = {"Effect": "Allow", "Action": "wafv2:PutLoggingConfiguration", "Resource": acl, "Condition": condition}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("wafv2", user="alice")
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        put(alice, acl)
    logs = {"Effect": "Allow", "Action": "logs:CreateLogDelivery", "Resource": "*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": [statement, logs]})
    put(alice, acl)
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        put(alice, acl, f"{BUCKET}-elsewhere")


def test_a_deleted_web_acl_logs_nothing_any_more(waf, acl):
    put(waf, acl)
    told = waf.get_web_acl(ARN=acl)
    name, entity_id = told["WebACL"]["Name"], told["WebACL"]["Id"]
    waf.delete_web_acl(Name=name, Scope="REGIONAL", Id=entity_id, LockToken=told["LockToken"])
    assert waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"] == []


def test_configurations_are_listed_page_by_page_however_long_their_names_are(waf):
    names = [f"{letter * 128}" for letter in "bca"]
    for name in names:
        put(waf, make(waf, name)["ARN"])
    first = waf.list_logging_configurations(Scope="REGIONAL", Limit=2)
    rest = waf.list_logging_configurations(Scope="REGIONAL", Limit=2, NextMarker=first["NextMarker"])
    listed = [each["ResourceArn"].split("/")[2] for page in (first, rest) for each in page["LoggingConfigurations"]]
    assert listed == sorted(names)
