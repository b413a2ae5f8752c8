import pytest


def test_tags_are_given_at_birth_added_and_taken_away(waf):
    made = waf.create_ip_set(
        Name="tagged",
        Scope="REGIONAL",
        IPAddressVersion="IPV4",
        Addresses=[],
        Tags=[{"Key": "team", "Value": "shop"}],
    )["Summary"]
    waf.tag_resource(ResourceARN=made["ARN"], Tags=[{"Key": "cost", "Value": "1"}, {"Key": "team", "Value": "web"}])
    told = waf.list_tags_for_resource(ResourceARN=made["ARN"])["TagInfoForResource"]
    assert told["ResourceARN"] == made["ARN"]
    assert told["TagList"] == [{"Key": "cost", "Value": "1"}, {"Key": "team", "Value": "web"}]
    waf.untag_resource(ResourceARN=made["ARN"], TagKeys=["cost", "absent"])
    told = waf.list_tags_for_resource(ResourceARN=made["ARN"])["TagInfoForResource"]
    assert told["TagList"] == [{"Key": "team", "Value": "web"}]


def test_tags_change_no_lock_token(waf, ip_set, named):
    waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=[{"Key": "a", "Value": ""}])
    assert waf.get_ip_set(**named(ip_set))["LockToken"] == ip_set["LockToken"]


def test_tags_are_listed_page_by_page(waf, ip_set):
    waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=[{"Key": key, "Value": ""} for key in "cab"])
    first = waf.list_tags_for_resource(ResourceARN=ip_set["ARN"], Limit=2)
    rest = waf.list_tags_for_resource(ResourceARN=ip_set["ARN"], Limit=2, NextMarker=first["NextMarker"])
    keys = [tag["Key"] for page in (first, rest) for tag in page["TagInfoForResource"]["TagList"]]
    assert keys == ["a", "b", "c"]
    assert "NextMarker" not in rest


def test_a_resource_has_at_most_fifty_tags(waf, ip_set):
    waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)])
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=[{"Key": "one more", "Value": ""}])


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ([{"Key": "aws:mine", "Value": ""}], "TAG_KEYS"),
        ([{"Key": "a", "Value": ""}, {"Key": "a", "Value": "1"}], "TAGS"),
    ],
)
def test_a_tag_is_there_once_and_is_not_aws_s(tags, field, waf, ip_set):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=tags)
    assert caught.value.response["Field"] == field


def test_what_is_not_there_has_no_tags(waf, ip_set):
    gone = ip_set["ARN"].replace(ip_set["Id"], "00000000-0000-0000-0000-000000000000")
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.list_tags_for_resource(ResourceARN=gone)
    for wrong in ("arn:aws:kms:us-east-1:111122223333:key/1", ip_set["ARN"].replace("us-east-1", "eu-west-1")):
        with pytest.raises(waf.exceptions.WAFInvalidParameterException, match="A valid ARN begins with arn:"):
            waf.tag_resource(ResourceARN=wrong, Tags=[{"Key": "a", "Value": ""}])


def test_tags_decide_who_may(vauban, waf, ip_set, named):
    condition = {"StringEquals": {"aws:ResourceTag/team": "shop"}}
    statement = {"Effect": "Allow", "Action": "wafv2:GetIPSet", "Resource": "*", "Condition": condition}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("wafv2", user="alice")
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        alice.get_ip_set(**named(ip_set))
    waf.tag_resource(ResourceARN=ip_set["ARN"], Tags=[{"Key": "team", "Value": "shop"}])
    alice.get_ip_set(**named(ip_set))
