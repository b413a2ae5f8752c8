import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from vauban.services.ssm.policies import parameter_policies

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def expiration(at):
    timestamp = at if isinstance(at, str) else at.isoformat().replace("+00:00", "Z")
    return {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": timestamp}}


def before_expiration(number, unit="Days"):
    attributes = {"Before": str(number), "Unit": unit}
    return {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": attributes}


def without_change(number, unit="Days"):
    attributes = {"After": str(number), "Unit": unit}
    return {"Type": "NoChangeNotification", "Version": "1.0", "Attributes": attributes}


@pytest.fixture
def put_with(vauban, put):
    """Put an advanced parameter with policies; ``days`` counts from now on Vauban's clock."""

    def put_with(*policies, name="/a", **more):
        return put(name, "x", Tier="Advanced", Policies=json.dumps(policies), **more)

    return put_with


def in_days(vauban, days):
    return datetime.fromtimestamp(vauban.vauban.clock.now(), UTC) + timedelta(days=days)


def statuses(ssm, name="/a"):
    (found,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
    return [(each["PolicyType"], each["PolicyStatus"]) for each in found["Policies"]]


@pytest.fixture
def actions(told):
    """The types of the policies that have done something so far."""
    return lambda: [
        each.detail["policy-type"] for each in told() if each.detail_type == "Parameter Store Policy Action"
    ]


def test_a_parameter_expires_on_its_day(vauban, ssm, put_with, told):
    put_with(expiration(in_days(vauban, 10)))
    vauban.advance(days=9)
    assert ssm.get_parameter(Name="/a")
    assert statuses(ssm) == [("Expiration", "Pending")]
    vauban.advance(days=2)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/a")
    events = told()[1:]
    assert [each.detail_type for each in events] == ["Parameter Store Policy Action", "Parameter Store Change"]
    assert events[0].detail["parameter-name"] == "/a"
    assert events[0].detail["policy-type"] == "Expiration"
    assert events[1].detail["operation"] == "Delete"
    assert "DeleteExpiredParameter" in [each["eventName"] for each in vauban.trail()]


def test_expiration_is_announced_as_often_as_was_wished(vauban, ssm, put_with, actions):
    put_with(expiration(in_days(vauban, 30)), before_expiration(15), before_expiration(12, "Hours"))
    vauban.advance(days=14)
    assert actions() == []
    vauban.advance(days=2)
    assert actions() == ["ExpirationNotification"]
    assert [status for _, status in statuses(ssm)] == ["Pending", "Finished", "Pending"]
    vauban.advance(days=13.6)
    assert actions() == ["ExpirationNotification"] * 2
    vauban.advance(days=5)
    assert actions() == ["ExpirationNotification"] * 2 + ["Expiration"]


def test_no_change_is_counted_from_the_last_change(vauban, ssm, put, put_with, actions):
    put_with(without_change(20))
    vauban.advance(days=19)
    put("/a", "y", Overwrite=True)
    vauban.advance(days=19)
    assert actions() == []
    vauban.advance(days=1.1)
    assert actions() == ["NoChangeNotification"]
    assert statuses(ssm) == [("NoChangeNotification", "Finished")]
    put("/a", "z", Overwrite=True)
    assert statuses(ssm) == [("NoChangeNotification", "Pending")]
    vauban.advance(days=21)
    assert actions() == ["NoChangeNotification"] * 2


def test_an_update_leaves_the_day_of_expiration(vauban, ssm, put, put_with):
    put_with(expiration(in_days(vauban, 10)))
    vauban.advance(days=9)
    put("/a", "y", Overwrite=True)
    vauban.advance(days=2)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/a")


@pytest.mark.parametrize("empty", ["[]", "[{}]", " "])
def test_policies_are_replaced_or_removed_when_they_are_sent(empty, vauban, ssm, put, put_with):
    put_with(expiration(in_days(vauban, 10)), without_change(1))
    put_with(expiration(in_days(vauban, 20)), Overwrite=True)
    assert statuses(ssm) == [("Expiration", "Pending")]
    put("/a", "x", Overwrite=True, Policies=empty)
    assert statuses(ssm) == []
    vauban.advance(days=30)
    assert ssm.get_parameter(Name="/a")
    assert ssm.get_parameter_history(Name="/a")["Parameters"][0]["Policies"][1]["PolicyType"] == "NoChangeNotification"


def test_policies_are_shown_as_json(vauban, ssm, put_with):
    put_with(without_change(20))
    (found,) = ssm.describe_parameters()["Parameters"]
    assert json.loads(found["Policies"][0]["PolicyText"]) == without_change(20)


def test_a_deleted_parameter_has_nothing_due(vauban, ssm, put_with, actions):
    put_with(expiration(in_days(vauban, 10)))
    ssm.delete_parameter(Name="/a")
    vauban.advance(days=20)
    assert actions() == []


@pytest.mark.parametrize(
    ("policies", "error"),
    [
        ("{", "InvalidPolicyAttributeException"),
        ('"x"', "InvalidPolicyAttributeException"),
        ("[1]", "InvalidPolicyAttributeException"),
        ("[" * 4000, "InvalidPolicyAttributeException"),
        ([{"Type": "Rotation"}], r"InvalidPolicyTypeException.*Expiration, ExpirationNotification"),
        ([{"Version": "1.0"}], "InvalidPolicyTypeException"),
        ([expiration("2020-01-01T00:00:00.000Z")], r"InvalidPolicyAttributeException.*in the future"),
        ([expiration("tomorrow")], "InvalidPolicyAttributeException"),
        ([expiration("2099-01-01")], "InvalidPolicyAttributeException"),
        ([expiration("2099-01-01T00:00:00")], "InvalidPolicyAttributeException"),
        ([expiration("9999-12-31T23:59:59-18:00")], "InvalidPolicyAttributeException"),
        ([expiration("2099-13-01T00:00:00Z")], "InvalidPolicyAttributeException"),
        ([expiration("2099-01-01T00:00:00Z"), expiration("2098-01-01T00:00:00Z")], "IncompatiblePolicyException"),
        ([before_expiration(1)], "IncompatiblePolicyException"),
        ([without_change(0)], "InvalidPolicyAttributeException"),
        ([without_change("x")], "InvalidPolicyAttributeException"),
        ([without_change(9_999_999)], "InvalidPolicyAttributeException"),
        ([without_change(1, "Weeks")], "InvalidPolicyAttributeException"),
        ([{**without_change(1), "Version": "2.0"}], "InvalidPolicyAttributeException"),
        ([{**without_change(1), "Attributes": {"After": "1"}}], "InvalidPolicyAttributeException"),
        ([{**without_change(1), "Attributes": []}], "InvalidPolicyAttributeException"),
        ([without_change(number) for number in range(1, 12)], r"PoliciesLimitExceededException.*maximum is 10"),
    ],
)
def test_policies_that_cannot_be_are_refused(policies, error, put):
    text = policies if isinstance(policies, str) else json.dumps(policies)
    with pytest.raises(ClientError, match=error):
        put("/a", Tier="Advanced", Policies=text)


@pytest.mark.parametrize(
    ("timestamp", "hour"),
    [
        ("2026-12-02T21:34:33.000Z", 21),
        ("2026-12-02T21:34:33.87+10:30:00", 11),
        ("2026-12-02T21:34Z", 21),
        ("2026-12-02T21:34:33.123456789-01:00", 22),
    ],
)
def test_an_expiration_is_an_instant_or_has_an_offset(timestamp, hour):
    (policy,) = parameter_policies(json.dumps([expiration(timestamp)]), NOW)
    assert (policy.at.hour, policy.at.utcoffset()) == (hour, timedelta(0))


def test_a_policy_may_forbid_others(as_user):
    alice = as_user(
        "alice", ("ssm:PutParameter",), ("ssm:PutParameter", "*", {"Null": {"ssm:Policies": "false"}}, "Deny")
    )
    parameters = {"Name": "/a", "Value": "x", "Type": "String", "Tier": "Advanced"}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.put_parameter(**parameters, Policies=json.dumps([without_change(1)]))
    alice.put_parameter(**parameters)
