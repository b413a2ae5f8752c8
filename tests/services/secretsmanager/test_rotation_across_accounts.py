"""A rotation function of another account: it runs there, as a role of that account."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, allowing

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


@pytest.fixture
def function(neighbours):
    """The ARN of the other account's function, which that account lets nobody invoke yet."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as opened:
        opened.writestr("app.py", "def handle(event, context): print(event['Step'], event['SecretId'])")
    iam = neighbours.client("iam", account=OTHER_ACCOUNT)
    role = iam.create_role(RoleName="rotator", AssumeRolePolicyDocument=json.dumps(TRUST))
    rights = json.dumps(allowing("logs:*"))
    iam.put_role_policy(RoleName="rotator", PolicyName="logs", PolicyDocument=rights)
    made = neighbours.client("lambda", account=OTHER_ACCOUNT).create_function(
        FunctionName="rotator",
        Runtime="python3.12",
        Handler="app.handle",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    return made["FunctionArn"]


def test_a_function_of_another_account_rotates_where_its_policy_lets_the_caller_and_the_service(neighbours, function):
    secrets = neighbours.client("secretsmanager")
    functions = neighbours.client("lambda", account=OTHER_ACCOUNT)
    arn = secrets.create_secret(Name="db", SecretString="old")["ARN"]
    wanted = {"SecretId": "db", "RotationLambdaARN": function, "RotateImmediately": False}
    allowed = {"FunctionName": "rotator", "Action": "lambda:InvokeFunction"}
    functions.add_permission(**allowed, StatementId="caller", Principal=ACCOUNT)
    with pytest.raises(ClientError, match="Secrets Manager cannot invoke the specified Lambda function"):
        secrets.rotate_secret(**wanted)
    functions.add_permission(
        **allowed, StatementId="service", Principal="secretsmanager.amazonaws.com", SourceAccount=ACCOUNT
    )
    secrets.rotate_secret(**wanted)
    neighbours.advance(seconds=1)
    log = neighbours.client("logs", account=OTHER_ACCOUNT).filter_log_events(logGroupName="/aws/lambda/rotator")
    assert f"testSecret {arn}\n" in [each["message"] for each in log["events"]]
    told = [each["eventName"] for each in neighbours.trail() if "Rotation" in each["eventName"]]
    assert told == ["TestRotationStarted", "TestRotationSucceeded"]
