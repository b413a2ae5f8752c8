from datetime import UTC, datetime, timedelta

import pytest

from vauban.outside import edge

from .test_web_acls import make


@pytest.fixture
def asked(monkeypatch):
    """What the edge was asked, and an answer of it."""
    questions = []
    sample = {
        "Request": {"ClientIP": "192.0.2.44", "Country": "XX", "URI": "/admin", "Method": "GET", "Headers": []},
        "Weight": 2,
        "Timestamp": 1_700_000_000.0,
        "Action": "BLOCK",
        "ResponseCodeSent": 403,
        "Labels": [{"Name": "awswaf:111122223333:webacl:acl:seen"}],
    }

    def sampled_requests(outside, *question):
        questions.append(question)
        return 7, [sample]

    monkeypatch.setattr(edge, "sampled_requests", sampled_requests)
    return questions


def ask(waf, acl, start, end, **more):
    window = {"StartTime": start, "EndTime": end}
    known = {"WebAclArn": acl, "RuleMetricName": "admin", "Scope": "REGIONAL", "TimeWindow": window, "MaxItems": 100}
    return waf.get_sampled_requests(**{**known, **more})


def now():
    return datetime.now(UTC).replace(microsecond=0)


def test_samples_are_those_of_the_edge(waf, asked):
    acl, end = make(waf)["ARN"], now()
    told = ask(waf, acl, end - timedelta(hours=1), end)
    assert told["PopulationSize"] == 7
    (sample,) = told["SampledRequests"]
    assert sample["Action"] == "BLOCK"
    assert sample["Timestamp"] == datetime.fromtimestamp(1_700_000_000, UTC)
    assert told["TimeWindow"] == {"StartTime": end - timedelta(hours=1), "EndTime": end}
    assert asked[-1] == (acl, "admin", (end - timedelta(hours=1)).timestamp(), end.timestamp() + 1, 100)


def test_samples_are_kept_for_three_hours(waf, asked):
    acl, end = make(waf)["ARN"], now()
    told = ask(waf, acl, end - timedelta(days=1), end)
    assert timedelta(hours=2, minutes=59) < told["TimeWindow"]["EndTime"] - told["TimeWindow"]["StartTime"]
    assert told["TimeWindow"]["StartTime"] >= end - timedelta(hours=3)


def test_where_nothing_is_inspected_there_are_no_samples(waf):
    end = now()
    told = ask(waf, make(waf)["ARN"], end - timedelta(minutes=5), end)
    assert (told["SampledRequests"], told["PopulationSize"]) == ([], 0)


def test_a_window_begins_before_it_ends_and_the_web_acl_is_there(waf):
    acl, end = make(waf)["ARN"], now()
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        ask(waf, acl, end, end - timedelta(minutes=5))
    for wrong in ({"WebAclArn": f"{acl[:-1]}{'1' if acl[-1] == '0' else '0'}"}, {"Scope": "CLOUDFRONT"}):
        with pytest.raises(waf.exceptions.WAFNonexistentItemException):
            ask(waf, acl, end - timedelta(minutes=5), end, **wrong)
