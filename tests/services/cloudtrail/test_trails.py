"""Trails as customers make, change and delete them."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"


@pytest.fixture
def trail(vauban):
    return vauban.client("cloudtrail")


@pytest.fixture
def audit(trail):
    """The ARN of a trail in us-east-1 alone."""
    return trail.create_trail(Name="audit", S3BucketName="logs")["TrailARN"]


def without_metadata(answer):
    answer.pop("ResponseMetadata")
    return answer


def test_a_trail_is_described_as_it_was_made(trail):
    made = trail.create_trail(
        Name="audit",
        S3BucketName="logs",
        S3KeyPrefix="here",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        TagsList=[{"Key": "team", "Value": "security"}],
    )
    assert without_metadata(made) == {
        "Name": "audit",
        "S3BucketName": "logs",
        "S3KeyPrefix": "here",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "TrailARN": ARN,
        "LogFileValidationEnabled": True,
        "IsOrganizationTrail": False,
        "RecursiveLogging": True,
    }
    described = {
        **made,
        "HomeRegion": "us-east-1",
        "HasCustomEventSelectors": False,
        "HasInsightSelectors": False,
    }
    assert trail.get_trail(Name="audit")["Trail"] == described
    assert trail.get_trail(Name=ARN)["Trail"] == described
    assert trail.describe_trails()["trailList"] == [described]
    assert trail.describe_trails(trailNameList=["audit", ARN, "other"])["trailList"] == [described]
    assert trail.list_trails()["Trails"] == [{"TrailARN": ARN, "Name": "audit", "HomeRegion": "us-east-1"}]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters."),
        ("a" * 129, "Trail name too long. Maximum allowed length: 128 characters."),
        ("a b", "can only contain"),
        ("-ab", "must starts with a letter or number"),
        ("ab-", "must ends with a letter or number"),
        ("a--b", "adjacent"),
        ("192.168.5.4", "IP address"),
    ],
)
def test_a_name_that_is_none_is_refused(name, words, trail):
    with pytest.raises(trail.exceptions.InvalidTrailNameException, match=words):
        trail.create_trail(Name=name, S3BucketName="logs")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"S3BucketName": "UP"}, "InvalidS3BucketNameException"),
        ({"S3BucketName": ".."}, "InvalidS3BucketNameException"),
        ({"S3KeyPrefix": "a/../../b"}, "InvalidS3PrefixException"),
        ({"S3KeyPrefix": "a" * 201}, "InvalidS3PrefixException"),
        (
            {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
            "InvalidParameterCombinationException.*Multi-Region trail must include global service events.",
        ),
        ({"IsOrganizationTrail": True}, "OrganizationsNotInUseException"),
        ({"SnsTopicName": "topic"}, "SnsTopicName is not supported"),
        ({"TagsList": [{"Key": "aws:a", "Value": "b"}]}, "InvalidTagParameterException"),
        ({"TagsList": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "c"}]}, "InvalidTagParameterException"),
        ({"TagsList": [{"Key": f"{n}", "Value": "b"} for n in range(51)]}, "TagsLimitExceededException"),
    ],
)
def test_what_cannot_be_is_refused_when_made_and_when_changed(wrong, error, trail, audit):
    with pytest.raises(ClientError, match=error):
        trail.create_trail(**{"Name": "other", "S3BucketName": "logs", **wrong})
    if "TagsList" not in wrong:
        with pytest.raises(ClientError, match=error):
            trail.update_trail(Name="audit", **wrong)
    assert len(trail.list_trails()["Trails"]) == 1


def test_a_name_is_taken_once_in_every_region_that_the_trail_is_in(vauban, trail, audit):
    with pytest.raises(
        trail.exceptions.TrailAlreadyExistsException, match=f"Trail audit already exists for customer: {ACCOUNT}"
    ):
        trail.create_trail(Name="audit", S3BucketName="logs")
    eu = vauban.client("cloudtrail", region="eu-west-1")
    with pytest.raises(eu.exceptions.TrailAlreadyExistsException):
        eu.create_trail(Name="audit", S3BucketName="logs", IsMultiRegionTrail=True)
    eu.create_trail(Name="audit", S3BucketName="logs")
    with pytest.raises(trail.exceptions.TrailAlreadyExistsException):
        trail.update_trail(Name="audit", IsMultiRegionTrail=True)


def test_a_region_has_at_most_five_trails(vauban, trail):
    eu = vauban.client("cloudtrail", region="eu-west-1")
    for number in range(4):
        trail.create_trail(Name=f"trail-{number}", S3BucketName="logs")
    eu.create_trail(Name="everywhere", S3BucketName="logs", IsMultiRegionTrail=True)
    with pytest.raises(
        trail.exceptions.MaximumNumberOfTrailsExceededException,
        match=f"User: {ACCOUNT} already has 5 trails in us-east-1.",
    ):
        trail.create_trail(Name="one-more", S3BucketName="logs")
    eu.create_trail(Name="one-more", S3BucketName="logs")


def test_a_multi_region_trail_has_shadows_that_are_looked_at_and_not_changed(vauban, trail):
    trail.create_trail(Name="audit", S3BucketName="logs", IsMultiRegionTrail=True)
    trail.create_trail(Name="here", S3BucketName="logs")
    eu = vauban.client("cloudtrail", region="eu-west-1")
    (shadow,) = eu.describe_trails()["trailList"]
    assert (shadow["TrailARN"], shadow["HomeRegion"]) == (ARN, "us-east-1")
    assert eu.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert len(eu.list_trails()["Trails"]) == 2
    assert eu.get_trail_status(Name=ARN)["IsLogging"] is False
    with pytest.raises(eu.exceptions.TrailNotFoundException):
        eu.get_trail_status(Name="audit")
    for change in (
        lambda: eu.start_logging(Name=ARN),
        lambda: eu.delete_trail(Name=ARN),
        lambda: eu.update_trail(Name=ARN, S3BucketName="other"),
        lambda: eu.put_event_selectors(TrailName=ARN, EventSelectors=[{}]),
    ):
        with pytest.raises(eu.exceptions.InvalidHomeRegionException):
            change()


def test_an_update_changes_what_it_names(trail, audit):
    changed = trail.update_trail(Name="audit", S3BucketName="elsewhere", EnableLogFileValidation=True)
    assert (changed["S3BucketName"], changed["LogFileValidationEnabled"]) == ("elsewhere", True)
    assert (changed["IncludeGlobalServiceEvents"], changed["IsMultiRegionTrail"]) == (True, False)
    trail.update_trail(Name=audit, S3KeyPrefix="p", IncludeGlobalServiceEvents=False, RecursiveLogging=False)
    described = trail.get_trail(Name="audit")["Trail"]
    assert (described["S3KeyPrefix"], described["IncludeGlobalServiceEvents"]) == ("p", False)
    assert described["S3BucketName"] == "elsewhere"
    assert described["RecursiveLogging"] is False
    assert "S3KeyPrefix" not in trail.update_trail(Name="audit", S3KeyPrefix="")


def test_a_deleted_trail_is_gone(trail, audit):
    trail.start_logging(Name="audit")
    trail.delete_trail(Name="audit")
    for ask in (trail.get_trail, trail.get_trail_status, trail.delete_trail, trail.start_logging, trail.stop_logging):
        with pytest.raises(
            trail.exceptions.TrailNotFoundException, match=f"Unknown trail: audit for the user: {ACCOUNT}"
        ):
            ask(Name="audit")
    assert trail.describe_trails()["trailList"] == []


def test_an_arn_that_is_none_is_refused(trail, audit):
    for arn in ("arn:aws:s3:::x", "arn:aws:cloudtrail:us-east-1:111122223333:channel/x", "arn:nonsense"):
        with pytest.raises(trail.exceptions.CloudTrailARNInvalidException):
            trail.get_trail(Name=arn)


def test_trails_of_another_account_are_not_seen(vauban_of_two):
    mine, theirs = (vauban_of_two.client("cloudtrail", account=each) for each in vauban_of_two.accounts)
    arn = mine.create_trail(Name="audit", S3BucketName="logs")["TrailARN"]
    assert theirs.describe_trails(trailNameList=[arn])["trailList"] == []
    for ask in (theirs.get_trail, theirs.delete_trail, theirs.start_logging):
        with pytest.raises(theirs.exceptions.TrailNotFoundException):
            ask(Name=arn)


def test_logging_starts_and_stops_at_its_times(vauban, trail, audit):
    status = trail.get_trail_status(Name="audit")
    assert status["IsLogging"] is False
    assert "StartLoggingTime" not in status
    trail.start_logging(Name="audit")
    trail.start_logging(Name="audit")
    started = trail.get_trail_status(Name="audit")
    assert started["IsLogging"] is True
    assert started["TimeLoggingStarted"].startswith(f"{started['StartLoggingTime']:%Y-%m-%dT%H:%M:%S}")
    vauban.advance(hours=1)
    trail.stop_logging(Name=audit)
    stopped = trail.get_trail_status(Name="audit")
    assert stopped["IsLogging"] is False
    assert 3600 <= (stopped["StopLoggingTime"] - stopped["StartLoggingTime"]).total_seconds() < 3660


def test_tags_are_added_removed_and_listed(trail, audit):
    trail.add_tags(ResourceId=audit, TagsList=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    trail.add_tags(ResourceId=audit, TagsList=[{"Key": "a", "Value": "2"}])
    (listed,) = trail.list_tags(ResourceIdList=[audit])["ResourceTagList"]
    assert listed == {"ResourceId": audit, "TagsList": [{"Key": "a", "Value": "2"}, {"Key": "b"}]}
    trail.remove_tags(ResourceId=audit, TagsList=[{"Key": "a"}, {"Key": "c"}])
    assert trail.list_tags(ResourceIdList=[audit])["ResourceTagList"][0]["TagsList"] == [{"Key": "b"}]


def test_tags_that_cannot_be_are_refused(trail, audit):
    with pytest.raises(trail.exceptions.TagsLimitExceededException):
        trail.add_tags(ResourceId=audit, TagsList=[{"Key": f"{n}", "Value": "x"} for n in range(51)])
    with pytest.raises(trail.exceptions.InvalidTagParameterException):
        trail.add_tags(ResourceId=audit, TagsList=[{"Key": "aws:x", "Value": "x"}])
    with pytest.raises(trail.exceptions.CloudTrailARNInvalidException):
        trail.add_tags(ResourceId="audit", TagsList=[{"Key": "x", "Value": "x"}])
    with pytest.raises(trail.exceptions.ResourceTypeNotSupportedException):
        trail.add_tags(ResourceId=ARN.replace("trail/", "channel/"), TagsList=[{"Key": "x", "Value": "x"}])
    with pytest.raises(trail.exceptions.TrailNotFoundException):
        trail.list_tags(ResourceIdList=[audit, f"{ARN}-other"])
    with pytest.raises(ClientError, match="InvalidParameterException"):
        trail.list_tags(ResourceIdList=[audit] * 21)


def test_selectors_are_what_was_put_and_all_management_events_otherwise(trail, audit):
    answer = trail.get_event_selectors(TrailName="audit")
    default = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
    assert answer["EventSelectors"] == [default]
    assert "AdvancedEventSelectors" not in answer
    resources = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::logs/"]}]
    put = trail.put_event_selectors(
        TrailName="audit", EventSelectors=[{"ReadWriteType": "WriteOnly", "DataResources": resources}]
    )
    expected = [{**default, "ReadWriteType": "WriteOnly", "DataResources": resources}]
    assert put["EventSelectors"] == trail.get_event_selectors(TrailName=audit)["EventSelectors"] == expected
    assert trail.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is True
    advanced = [
        {
            "Name": "but for keys",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
            ],
        }
    ]
    put = trail.put_event_selectors(TrailName="audit", AdvancedEventSelectors=advanced)
    assert put["AdvancedEventSelectors"] == advanced
    assert "EventSelectors" not in trail.get_event_selectors(TrailName="audit")


def fields(*more):
    return [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, *more]}]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"EventSelectors": []},
        {"EventSelectors": [{}] * 6},
        {"EventSelectors": [{}], "AdvancedEventSelectors": fields()},
        {"EventSelectors": [{"ExcludeManagementEventSources": ["ssm.amazonaws.com"]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::KMS::Key", "Values": ["arn:aws:kms"]}]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["logs"]}]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/"] * 251}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
        {"AdvancedEventSelectors": fields({"Field": "readOnly", "NotEquals": ["true"]})},
        {"AdvancedEventSelectors": fields({"Field": "readOnly", "Equals": ["maybe"]})},
        {"AdvancedEventSelectors": fields({"Field": "resources.ARN", "Equals": ["x"]})},
        {"AdvancedEventSelectors": fields({"Field": "eventName"})},
        {"AdvancedEventSelectors": fields({"Field": "eventName", "Equals": [f"{n}" for n in range(501)]})},
        {"AdvancedEventSelectors": fields(*[{"Field": "eventName", "Equals": ["a"]}] * 2)},
    ],
)
def test_selectors_that_cannot_be_are_refused(wrong, trail, audit):
    with pytest.raises(trail.exceptions.InvalidEventSelectorsException):
        trail.put_event_selectors(TrailName="audit", **wrong)


def test_insights_are_off_and_cannot_be_turned_on(vauban, trail, audit):
    with pytest.raises(trail.exceptions.InsightNotEnabledException):
        trail.get_insight_selectors(TrailName="audit")
    with pytest.raises(trail.exceptions.UnsupportedOperationException):
        trail.put_insight_selectors(TrailName="audit", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    assert trail.put_insight_selectors(TrailName="audit", InsightSelectors=[])["InsightSelectors"] == []
    with pytest.raises(trail.exceptions.InvalidParameterException):
        trail.get_insight_selectors(EventDataStore="x" * 36)


def test_what_is_done_to_a_trail_needs_permission_on_it_and_on_its_tags(vauban, trail, audit):
    trail.add_tags(ResourceId=audit, TagsList=[{"Key": "team", "Value": "red"}])
    trail.create_trail(Name="other", S3BucketName="logs")
    statement = {
        "Effect": "Allow",
        "Action": "cloudtrail:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}},
    }
    vauban.user("red", {"Version": "2012-10-17", "Statement": statement})
    red = vauban.client("cloudtrail", user="red")
    assert red.get_trail(Name="audit")
    assert red.list_tags(ResourceIdList=[audit])
    other = ARN.replace("audit", "other")
    for denied in (
        lambda: red.get_trail(Name="other"),
        lambda: red.list_tags(ResourceIdList=[audit, other]),
        lambda: red.delete_trail(Name=other),
        lambda: red.create_trail(Name="new", S3BucketName="logs"),
        lambda: red.describe_trails(),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            denied()


def test_tags_at_the_making_need_permission_of_their_own(vauban):
    statement = {"Effect": "Allow", "Action": "cloudtrail:CreateTrail", "Resource": "*"}
    vauban.user("maker", {"Version": "2012-10-17", "Statement": statement})
    maker = vauban.client("cloudtrail", user="maker")
    maker.create_trail(Name="plain", S3BucketName="logs")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*cloudtrail:AddTags"):
        maker.create_trail(Name="tagged", S3BucketName="logs", TagsList=[{"Key": "a", "Value": "b"}])


def test_nobody_may_anything_without_a_policy(vauban, audit):
    vauban.user("nobody")
    nobody = vauban.client("cloudtrail", user="nobody", config=Config(parameter_validation=False))
    for ask, given in (
        (nobody.create_trail, {"Name": "new", "S3BucketName": "logs"}),
        (nobody.update_trail, {"Name": "audit"}),
        (nobody.delete_trail, {"Name": "gone"}),
        (nobody.get_trail, {"Name": "audit"}),
        (nobody.describe_trails, {}),
        (nobody.list_trails, {}),
        (nobody.start_logging, {"Name": "audit"}),
        (nobody.stop_logging, {"Name": "audit"}),
        (nobody.get_trail_status, {"Name": "gone"}),
        (nobody.put_event_selectors, {"TrailName": "audit", "EventSelectors": [{}]}),
        (nobody.get_event_selectors, {"TrailName": "audit"}),
        (nobody.put_insight_selectors, {"TrailName": "audit", "InsightSelectors": []}),
        (nobody.get_insight_selectors, {"TrailName": "audit"}),
        (nobody.add_tags, {"ResourceId": audit, "TagsList": []}),
        (nobody.remove_tags, {"ResourceId": audit, "TagsList": []}),
        (nobody.list_tags, {"ResourceIdList": [audit]}),
        (nobody.list_public_keys, {}),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask(**given)
