"""A trail delivered across crashes, and its files validated by `aws cloudtrail validate-logs`."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from .buckets import serving
from .running import Server, environment

RANGE = ("--start-time", "2020-01-01T00:00:00Z", "--end-time", "2099-01-01T00:00:00Z")


@pytest.fixture
def server(make_server, tmp_path) -> Server:
    return make_server("--clock", "virtual", "--workers", "2", "--trail-sink", str(tmp_path / "sink"))


@pytest.fixture
def validate(server: Server, tmp_path: Path):
    """What `aws cloudtrail validate-logs` says of the trail, and its exit status."""

    def validate(arn: str) -> tuple[str, int]:
        with serving(tmp_path / "sink") as buckets:
            where = {"AWS_ENDPOINT_URL_S3": buckets, "AWS_DEFAULT_REGION": "us-east-1"}
            done = subprocess.run(
                ["aws", "cloudtrail", "validate-logs", "--trail-arn", arn, "--verbose", *RANGE],
                env=environment(**{**server.credentials(), **where}),
                capture_output=True,
                text=True,
                timeout=120,
            )
        return done.stdout + done.stderr, done.returncode

    return validate


def log_files(directory: Path) -> list[Path]:
    return sorted(each for each in directory.rglob("*.json.gz") if "/CloudTrail/" in str(each))


def test_what_is_delivered_validates_and_what_is_changed_does_not(server, validate, tmp_path):
    trail, kms = server.client("cloudtrail"), server.client("kms")
    arn = trail.create_trail(Name="audit", S3BucketName="logs", S3KeyPrefix="p", EnableLogFileValidation=True)[
        "TrailARN"
    ]
    trail.start_logging(Name="audit")
    for _ in range(3):
        kms.list_keys()
        server.command("clock", "advance", "5m")
        server.command("clock", "advance", "1h")
    said, status = validate(arn)
    assert status == 0, said
    assert "3/3 digest files valid" in said
    assert re.search(r"(\d+)/\1 log files valid", said)

    first, second, *_ = log_files(tmp_path / "sink")
    records = json.loads(gzip.decompress(first.read_bytes()))
    records["Records"][0]["eventName"] = "Nothing"
    first.write_bytes(gzip.compress(json.dumps(records).encode()))
    second.unlink()
    said, status = validate(arn)
    assert status == 1
    assert "INVALID: hash value doesn't match" in said
    assert "INVALID: not found" in said


def test_nothing_is_lost_and_nothing_doubled_across_power_cuts(server, tmp_path):
    trail = server.client("cloudtrail")
    trail.create_trail(Name="audit", S3BucketName="logs")
    trail.start_logging(Name="audit")
    made = set()
    for _ in range(3):
        kms = server.client("kms")
        made |= {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(20)}
        server.command("clock", "advance", "5m")
        made |= {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(20)}
        server.kill()
        server.start()
    server.command("clock", "advance", "5m")
    records = [
        each
        for file in log_files(tmp_path / "sink")
        for each in json.loads(gzip.decompress(file.read_bytes()))["Records"]
    ]
    created = [each["responseElements"]["keyMetadata"]["keyId"] for each in records if each["eventName"] == "CreateKey"]
    assert len(created) == len(made)
    assert set(created) == made
    assert len({each["eventID"] for each in records}) == len(records)
