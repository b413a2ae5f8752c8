"""Trails delivering to a directory that stands for S3."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import rsa

from vauban.events.sinks import METADATA
from vauban.kernel.sinks import SinkFailed
from vauban.services.cloudtrail import deliveries
from vauban.testing import InProcess

ACCOUNT = "111122223333"


@pytest.fixture
def vauban(tmp_path: Path) -> Iterator[InProcess]:
    running = InProcess(accounts=(ACCOUNT, "444455556666"), trail_sink=str(tmp_path))
    yield running
    running.close()


@pytest.fixture
def trail(vauban):
    return vauban.client("cloudtrail")


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


@pytest.fixture
def start(trail):
    """Make a trail into the bucket ``logs``, and start it."""

    def start(selectors=None, **parameters):
        arn = trail.create_trail(**{"Name": "audit", "S3BucketName": "logs", **parameters})["TrailARN"]
        if selectors:
            trail.put_event_selectors(TrailName=arn, **selectors)
        trail.start_logging(Name=arn)
        return arn

    return start


def files(directory: Path, kind: str = "CloudTrail") -> list[Path]:
    return sorted(each for each in directory.rglob("*.json.gz") if f"/{kind}/" in str(each))


def records(directory: Path) -> list[dict]:
    found = [json.loads(gzip.decompress(each.read_bytes()))["Records"] for each in files(directory)]
    return [record for each in found for record in each]


def names(directory: Path) -> list[str]:
    return [record["eventName"] for record in records(directory)]


def test_events_are_delivered_every_five_minutes_under_awss_names(vauban, trail, kms, start, tmp_path):
    kms.list_keys()
    start(S3KeyPrefix="a/b")
    kms.create_key()
    vauban.advance(minutes=5)
    (file,) = files(tmp_path)
    moment = trail.get_trail_status(Name="audit")["LatestDeliveryTime"]
    folder = tmp_path / "logs" / "a" / "b" / "AWSLogs" / ACCOUNT / "CloudTrail" / "us-east-1" / f"{moment:%Y/%m/%d}"
    assert file.parent == folder
    account, cloudtrail, region, time, unique = file.name.removesuffix(".json.gz").split("_")
    assert (account, cloudtrail, region) == (ACCOUNT, "CloudTrail", "us-east-1")
    assert time == f"{moment:%Y%m%dT%H}{moment.minute // 5 * 5:02}Z"
    assert len(unique) == 16
    assert names(tmp_path) == ["StartLogging", "CreateKey"]
    kms.list_aliases()
    vauban.advance(minutes=5)
    assert names(tmp_path).count("ListAliases") == 1
    assert len(names(tmp_path)) == len({record["eventID"] for record in records(tmp_path)})


def test_what_is_delivered_is_what_lookup_events_finds(vauban, trail, kms, start, tmp_path):
    start()
    kms.list_keys()
    vauban.advance(minutes=5)
    (event,) = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}])[
        "Events"
    ]
    assert json.loads(event["CloudTrailEvent"]) in records(tmp_path)


def test_a_stopped_trail_delivers_what_was_before_and_nothing_after(vauban, trail, kms, start, tmp_path):
    start()
    kms.list_keys()
    trail.stop_logging(Name="audit")
    vauban.advance(seconds=1)
    kms.list_aliases()
    vauban.advance(minutes=10)
    kms.list_aliases()
    vauban.advance(minutes=10)
    assert names(tmp_path)[-2:] == ["ListKeys", "StopLogging"]
    trail.start_logging(Name="audit")
    kms.create_key()
    vauban.advance(minutes=10)
    assert names(tmp_path)[-2:] == ["StartLogging", "CreateKey"]
    assert "ListAliases" not in names(tmp_path)


@pytest.mark.parametrize(
    ("selectors", "wanted"),
    [
        ({"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}, {"Encrypt", "ListKeys"}),
        ({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}, {"StartLogging", "CreateKey"}),
        ({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}, {"StartLogging"}),
        ({"EventSelectors": [{"IncludeManagementEvents": False}]}, set()),
        (
            {
                "AdvancedEventSelectors": [
                    {
                        "FieldSelectors": [
                            {"Field": "eventCategory", "Equals": ["Management"]},
                            {"Field": "eventName", "StartsWith": ["List", "En"], "NotEndsWith": ["Keys"]},
                        ]
                    },
                    {
                        "FieldSelectors": [
                            {"Field": "eventCategory", "Equals": ["Management"]},
                            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
                            {"Field": "readOnly", "Equals": ["false"]},
                        ]
                    },
                ]
            },
            {"StartLogging", "Encrypt"},
        ),
    ],
)
def test_selectors_say_what_is_delivered(selectors, wanted, vauban, kms, start, tmp_path):
    start(selectors)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"x")
    kms.list_keys()
    vauban.advance(minutes=5)
    assert set(names(tmp_path)) == wanted


def test_a_trail_of_one_region_and_a_trail_of_all(vauban, start, tmp_path):
    start()
    start(Name="everywhere", S3BucketName="all-logs", IsMultiRegionTrail=True)
    vauban.client("kms", region="eu-west-1").list_keys()
    vauban.client("kms", account="444455556666").list_keys()
    vauban.user("alice")
    vauban.advance(minutes=5)
    assert set(names(tmp_path / "logs")) == {"StartLogging", "CreateTrail", "PutUserPolicy"}
    found = {(each["eventName"], each["awsRegion"]) for each in records(tmp_path / "all-logs")}
    assert {("ListKeys", "eu-west-1"), ("PutUserPolicy", "us-east-1")} <= found
    assert {each["recipientAccountId"] for each in records(tmp_path)} == {ACCOUNT}


def test_events_of_global_services_can_be_left_out(vauban, start, tmp_path):
    start(IncludeGlobalServiceEvents=False)
    vauban.user("alice")
    vauban.advance(minutes=5)
    assert "PutUserPolicy" not in names(tmp_path)


def test_what_was_interrupted_is_done_again_and_doubles_nothing(vauban, kms, start, tmp_path, monkeypatch):
    """As where the process ends between the files and the position: the next one writes the same files again."""
    start()
    monkeypatch.setattr(deliveries, "MOST_EVENTS", 1)
    kms.list_keys()
    vauban.vauban.store.trail.end()
    write, interrupted = deliveries.write_log_files, []

    def interrupt(*arguments):
        files = write(*arguments)
        if not interrupted:
            interrupted.append(files)
            raise KeyError("as told")
        return files

    monkeypatch.setattr(deliveries, "write_log_files", interrupt)
    vauban.advance(minutes=5)
    assert interrupted
    before = {each.name for each in files(tmp_path)}
    kms.list_aliases()
    vauban.advance(minutes=5)
    assert before <= {each.name for each in files(tmp_path)}
    assert sorted(names(tmp_path)) == ["ListAliases", "ListKeys", "StartLogging"]


def test_where_nothing_can_be_delivered_the_status_says_so_and_nothing_is_lost(vauban, trail, kms, start, tmp_path):
    start()
    kms.list_keys()
    (tmp_path / "logs").write_text("in the way")
    vauban.advance(minutes=5)
    assert trail.get_trail_status(Name="audit")["LatestDeliveryError"] == "InternalError"
    (tmp_path / "logs").unlink()
    vauban.advance(minutes=5)
    assert names(tmp_path).count("ListKeys") == 1
    assert "LatestDeliveryError" not in trail.get_trail_status(Name="audit")


def test_without_a_place_to_deliver_to_the_status_says_so():
    running = InProcess()
    trail = running.client("cloudtrail")
    trail.create_trail(Name="audit", S3BucketName="logs")
    trail.start_logging(Name="audit")
    running.advance(minutes=5)
    assert trail.get_trail_status(Name="audit")["LatestDeliveryError"] == "NoSuchBucket"
    running.close()


def digests(directory: Path) -> list[tuple[dict, dict, bytes]]:
    """Content, metadata and text of each, oldest first."""
    found = []
    for file in files(directory, "CloudTrail-Digest"):
        text = gzip.decompress(file.read_bytes())
        metadata = json.loads(file.with_name(file.name + METADATA).read_text())
        found.append((json.loads(text), metadata, text))
    return found


def test_digests_are_a_signed_chain_of_hours(vauban, trail, kms, start, tmp_path):
    start(EnableLogFileValidation=True, S3KeyPrefix="p")
    vauban.advance(minutes=5)
    for _ in range(3):
        kms.list_keys()
        vauban.advance(minutes=60)
    kms.list_keys()
    assert len(digests(tmp_path)) == 3
    (key,) = trail.list_public_keys()["PublicKeyList"]
    public_key = rsa.PublicKey.load_pkcs1(key["Value"], format="DER")
    previous = None
    for content, metadata, text in digests(tmp_path):
        assert content["digestPublicKeyFingerprint"] == key["Fingerprint"]
        assert metadata["signature-algorithm"] == content["digestSignatureAlgorithm"] == "SHA256withRSA"
        assert content["previousDigestSignature"] == (previous[1]["signature"] if previous else None)
        assert content["previousDigestS3Object"] == (previous[0]["digestS3Object"] if previous else None)
        assert content["previousDigestHashValue"] == (hashlib.sha256(previous[2]).hexdigest() if previous else None)
        assert content["digestStartTime"] == (previous[0]["digestEndTime"] if previous else content["digestStartTime"])
        assert (tmp_path / "logs" / content["digestS3Object"]).exists()
        name = f"{content['digestS3Bucket']}/{content['digestS3Object']}"
        before = content["previousDigestSignature"] or "null"
        signed = f"{content['digestEndTime']}\n{name}\n{hashlib.sha256(text).hexdigest()}\n{before}"
        rsa.verify(signed.encode(), bytes.fromhex(metadata["signature"]), public_key)
        for log in content["logFiles"]:
            body = gzip.decompress((tmp_path / log["s3Bucket"] / log["s3Object"]).read_bytes())
            assert hashlib.sha256(body).hexdigest() == log["hashValue"]
            assert content["oldestEventTime"] <= log["oldestEventTime"] <= log["newestEventTime"]
        previous = (content, metadata, text)
    assert trail.get_trail_status(Name="audit")["LatestDigestDeliveryTime"]


def test_an_hour_without_files_has_a_digest_and_a_stopped_trail_a_last_one(vauban, trail, start, tmp_path):
    start(EnableLogFileValidation=True)
    vauban.advance(minutes=5)
    vauban.advance(hours=1)
    vauban.advance(hours=1)
    assert [len(content["logFiles"]) for content, _, _ in digests(tmp_path)] == [1, 0]
    trail.stop_logging(Name="audit")
    for _ in range(4):
        vauban.advance(hours=1)
    count = len(digests(tmp_path))
    trail.start_logging(Name="audit")
    vauban.advance(minutes=10)
    vauban.advance(hours=1)
    assert len(digests(tmp_path)) == count + 1
    assert digests(tmp_path)[-1][0]["previousDigestSignature"] is None


def test_each_region_has_its_own_key(vauban, trail, start, tmp_path):
    start(EnableLogFileValidation=True, IsMultiRegionTrail=True)
    vauban.client("kms", region="eu-west-1").list_keys()
    vauban.advance(minutes=5)
    vauban.advance(hours=1)
    eu = vauban.client("cloudtrail", region="eu-west-1")
    (here,), (there,) = (each.list_public_keys()["PublicKeyList"] for each in (trail, eu))
    used = {
        content["digestS3Object"].split("/")[3]: content["digestPublicKeyFingerprint"]
        for content, *_ in digests(tmp_path)
    }
    assert used == {"us-east-1": here["Fingerprint"], "eu-west-1": there["Fingerprint"]}
    assert here["Fingerprint"] != there["Fingerprint"]


def test_public_keys_are_listed_by_when_they_were_valid(vauban, trail, start):
    start(EnableLogFileValidation=True)
    vauban.advance(minutes=5)
    vauban.advance(hours=1)
    (old,) = trail.list_public_keys()["PublicKeyList"]
    vauban.advance(days=366)
    new = trail.list_public_keys()["PublicKeyList"]
    assert old not in new
    span = {"StartTime": old["ValidityStartTime"], "EndTime": new[0]["ValidityStartTime"]}
    assert [each["Fingerprint"] for each in trail.list_public_keys(**span)["PublicKeyList"]].count(
        old["Fingerprint"]
    ) == 1
    with pytest.raises(trail.exceptions.InvalidTimeRangeException):
        trail.list_public_keys(StartTime=span["EndTime"], EndTime=span["StartTime"])


def test_a_sink_keeps_within_its_directory(tmp_path):
    from vauban.events.sinks import DirectorySink

    sink = DirectorySink(str(tmp_path / "sink"))
    for bucket, key in (("..", "a"), ("logs", "../../a"), ("logs", "a//b"), ("logs", "")):
        with pytest.raises(SinkFailed):
            sink.put(bucket, key, b"x", {})
    sink.put("logs", "a/b", b"x", {})
    sink.put("logs", "a/b", b"y", {})
    assert (tmp_path / "sink" / "logs" / "a" / "b").read_bytes() == b"y"
    assert [each.name for each in (tmp_path / "sink" / "logs" / "a").iterdir()] == ["b"]
