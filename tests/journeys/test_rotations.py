"""A password in a real database, changed by a real function, while the application goes on."""

import io
import json
import socket
import zipfile
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pg8000.exceptions import DatabaseError

from vauban.cli.rotators import archive

from ..databases import PostgreSQL, connected
from .running import SECONDS, eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
HELD = """
import os, socket
from vauban.rotators.postgresql import single_user

def handler(event, context):
    single_user(event, context)
    with socket.create_connection(("127.0.0.1", int(os.environ["TOLD"]))) as told:
        told.sendall(event["Step"].encode())
        told.shutdown(socket.SHUT_WR)
        told.recv(1)
"""
"""A rotator that tells when it has done a step, and goes on when it is let."""
RIGHTS = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    running = PostgreSQL()
    yield running
    running.close()


@pytest.fixture
def server(make_server):
    return make_server("--clock", "virtual", "--workers", "1")


@pytest.fixture
def app(postgresql):
    name = f"app_{uuid4().hex[:8]}"
    with connected(postgresql.admin) as admin:
        admin.run(f"CREATE ROLE {name} LOGIN PASSWORD 'the first'")
    return {**postgresql.at, "dbname": "postgres", "username": name, "password": "the first"}


def works(value):
    try:
        with connected(value) as connection:
            return connection.run("SELECT current_user") == [[value["username"]]]
    except DatabaseError:
        return False


def rotator(server, secret_arn, handler="vauban.rotators.postgresql.single_user", code=None, **variables):
    """The ARN of a function that may rotate this secret, and no other."""
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName="rotator", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    rights = [
        {"Effect": "Allow", "Action": [f"secretsmanager:{each}" for each in RIGHTS], "Resource": secret_arn},
        {"Effect": "Allow", "Action": "secretsmanager:GetRandomPassword", "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam.put_role_policy(RoleName="rotator", PolicyName="this-secret", PolicyDocument=policy)
    made = functions.create_function(
        FunctionName="rotator",
        Runtime="python3.12",
        Handler=handler,
        Role=role,
        Timeout=30,
        Code={"ZipFile": code or archive()},
        Environment={"Variables": variables},
    )
    functions.add_permission(
        FunctionName="rotator",
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
        SourceArn=secret_arn,
        SourceAccount=secret_arn.split(":")[4],
    )
    return made["FunctionArn"]


def test_a_password_changes_in_the_database_now_and_every_thirty_days(server, app):
    secrets = server.client("secretsmanager")
    arn = secrets.create_secret(Name="db", SecretString=json.dumps(app))["ARN"]

    def value():
        return json.loads(secrets.get_secret_value(SecretId="db")["SecretString"])

    def changed():
        assert value() != before
        return value()

    before = value()
    assert works(before)
    rules = {"AutomaticallyAfterDays": 30}
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=rotator(server, arn), RotationRules=rules)
    first = eventually(changed)
    assert works(first)
    assert not works(app)
    server.command("clock", "advance", "31d")
    second = value()
    assert second != first
    assert works(second)
    assert not works(first)
    told = server.command("trail", "--event-name", "RotationSucceeded")
    assert told.count("RotationSucceeded") == 2


def test_a_rotation_that_a_power_cut_meets_in_any_of_its_steps_ends_rightly(server, app):
    secrets = server.client("secretsmanager")
    arn = secrets.create_secret(Name="db", SecretString=json.dumps(app))["ARN"]
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(SECONDS)
    function = rotator(server, arn, "held.handler", with_file("held.py", HELD), TOLD=str(listener.getsockname()[1]))
    for cut in STEPS:
        before = secrets.get_secret_value(SecretId="db")
        rotated = secrets.describe_secret(SecretId="db").get("LastRotatedDate")
        version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=function)["VersionId"]
        held = done_with(listener, cut)
        server.kill()
        held.close()
        server.start()
        if cut != STEPS[-1]:
            assert secrets.get_secret_value(SecretId="db")["SecretString"] == before["SecretString"]
        done_with(listener, STEPS[-1]).close()
        eventually(lambda rotated=rotated: secrets.describe_secret(SecretId="db").get("LastRotatedDate") != rotated)
        after = secrets.get_secret_value(SecretId="db")
        assert after["VersionId"] == version_id
        assert works(json.loads(after["SecretString"]))
        assert not works(json.loads(before["SecretString"]))
        labels = secrets.describe_secret(SecretId="db")["VersionIdsToStages"]
        assert labels == {version_id: ["AWSCURRENT"], before["VersionId"]: ["AWSPREVIOUS"]}
    trail = server.command("trail", "--last", "1000")
    assert [trail.count(f"Rotation{how}") for how in ("Started", "Succeeded", "Failed")] == [4, 4, 0]


def with_file(name, text):
    """The rotators' archive, and one file more."""
    content = io.BytesIO(archive())
    with zipfile.ZipFile(content, "a") as opened:
        opened.writestr(name, text)
    return content.getvalue()


def done_with(listener, step):
    """Let the function go on until it has done this step, and hold it there."""
    while True:
        connection, _ = listener.accept()
        if connection.makefile().read() == step:
            return connection
        connection.close()
