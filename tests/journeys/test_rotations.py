"""A password in a real database, changed by a real function, while the application goes on."""

import json
from collections.abc import Iterator

import pytest
from pg8000.exceptions import DatabaseError

from vauban.cli.rotators import archive

from ..databases import PostgreSQL, connected
from .running import eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
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
    with connected(postgresql.admin) as admin:
        admin.run("CREATE ROLE app LOGIN PASSWORD 'the first'")
    return {**postgresql.at, "dbname": "postgres", "username": "app", "password": "the first"}


def works(value):
    try:
        with connected(value) as connection:
            return connection.run("SELECT current_user") == [[value["username"]]]
    except DatabaseError:
        return False


def rotator(server, secret_arn):
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
        Handler="vauban.rotators.postgresql.single_user",
        Role=role,
        Timeout=30,
        Code={"ZipFile": archive()},
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
