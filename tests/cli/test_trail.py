from vauban.cli.trail import _line

RECORD = {
    "eventTime": "2026-10-01T12:00:00Z",
    "eventSource": "kms.amazonaws.com",
    "eventName": "Encrypt",
    "userIdentity": {"arn": "arn:aws:iam::111122223333:user/alice"},
}


def test_an_event_is_one_line():
    assert _line(RECORD).split() == [
        "2026-10-01T12:00:00Z",
        "kms:Encrypt",
        "ok",
        "arn:aws:iam::111122223333:user/alice",
    ]


def test_an_error_and_a_service_are_named():
    record = {**RECORD, "errorCode": "AccessDenied", "userIdentity": {"invokedBy": "vauban.amazonaws.com"}}
    assert _line(record).split()[2:] == ["AccessDenied", "vauban.amazonaws.com"]
