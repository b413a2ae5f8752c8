"""Secrets over the socket: AWS's command line, many writers at once, a power cut, and a Region that is gone."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import AWAY, HOME
from .running import Server, environment, eventually


def aws(server: Server, *words: str) -> dict:
    """What `aws secretsmanager …` answers."""
    variables = {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": HOME, **server.credentials()}
    done = subprocess.run(
        ["aws", "secretsmanager", *words, "--output", "json"],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else {}


def test_the_command_line_makes_reads_changes_and_deletes_a_secret(server, tmp_path):
    made = aws(server, "create-secret", "--name", "prod/db", "--secret-string", '{"password":"first"}')
    assert aws(server, "get-secret-value", "--secret-id", made["ARN"])["SecretString"] == '{"password":"first"}'
    file = tmp_path / "value"
    file.write_bytes(b"\0\xff")
    aws(server, "put-secret-value", "--secret-id", "prod/db", "--secret-binary", f"fileb://{file}")
    assert aws(server, "get-secret-value", "--secret-id", "prod/db")["SecretBinary"] == "AP8="
    aws(server, "tag-resource", "--secret-id", "prod/db", "--tags", "Key=team,Value=shop")
    listed = aws(server, "list-secrets", "--filters", "Key=tag-value,Values=shop")["SecretList"]
    assert [each["Name"] for each in listed] == ["prod/db"]
    assert len(aws(server, "get-random-password", "--password-length", "20")["RandomPassword"]) == 20
    aws(server, "delete-secret", "--secret-id", "prod/db", "--recovery-window-in-days", "7")
    aws(server, "restore-secret", "--secret-id", "prod/db")
    aws(server, "delete-secret", "--secret-id", "prod/db", "--force-delete-without-recovery")
    assert aws(server, "list-secrets", "--include-planned-deletion")["SecretList"] == []


def test_what_was_acknowledged_is_there_after_a_power_cut(server):
    client = server.client("secretsmanager")
    for number in range(4):
        client.create_secret(Name=f"s{number}", SecretString="0")
    with ThreadPoolExecutor(8) as pool:
        put = [
            pool.submit(client.put_secret_value, SecretId=f"s{number % 4}", SecretString=str(number))
            for number in range(40)
        ]
        kept = {each.result()["VersionId"] for each in put}
    server.kill()
    server.start()
    client = server.client("secretsmanager")
    found = set()
    for number in range(4):
        versions = client.list_secret_version_ids(SecretId=f"s{number}", IncludeDeprecated=True)["Versions"]
        labels = sorted(label for each in versions for label in each.get("VersionStages", ()))
        assert labels == ["AWSCURRENT", "AWSPREVIOUS"]
        found |= {each["VersionId"] for each in versions}
        client.get_secret_value(SecretId=f"s{number}")
    assert kept <= found


def test_a_replica_is_read_and_made_to_stand_alone_while_the_primary_s_region_is_dead(regional_servers):
    home, away = regional_servers
    here, there = home.client("secretsmanager", region=HOME), away.client("secretsmanager", region=AWAY)
    here.create_secret(Name="db", SecretString="first", AddReplicaRegions=[{"Region": AWAY}])
    here.put_secret_value(SecretId="db", SecretString="second")

    def value(client) -> str:
        return client.get_secret_value(SecretId="db")["SecretString"]

    eventually(lambda: value(there) == "second")
    eventually(lambda: here.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InSync")
    home.kill()
    assert value(there) == "second"
    with pytest.raises(there.exceptions.InvalidParameterException, match="not permitted on a replica"):
        there.put_secret_value(SecretId="db", SecretString="third")
    there.stop_replication_to_replica(SecretId="db")
    there.put_secret_value(SecretId="db", SecretString="third")
    assert value(there) == "third"
    home.start()
    here = home.client("secretsmanager", region=HOME)
    eventually(lambda: "ReplicationStatus" not in here.describe_secret(SecretId="db"))
    assert value(here) == "second"
    here.put_secret_value(SecretId="db", SecretString="fourth")
    assert value(there) == "third"


def test_a_replica_that_was_out_of_reach_catches_up(regional_servers):
    home, away = regional_servers
    here = home.client("secretsmanager", region=HOME)
    away.kill()
    here.create_secret(Name="db", SecretString="first", AddReplicaRegions=[{"Region": AWAY}])
    here.put_secret_value(SecretId="db", SecretString="second")
    assert here.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InProgress"
    away.start()
    there = away.client("secretsmanager", region=AWAY)
    eventually(lambda: there.get_secret_value(SecretId="db")["SecretString"] == "second")
    previous = there.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")
    assert previous["SecretString"] == "first"
    eventually(lambda: here.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InSync")
