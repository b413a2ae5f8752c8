"""What rotations cost: how long a cold one takes, and what callers notice of a thousand at once.

    python -m benchmarks.rotations [rotations]

A cold rotation is RotateSecret of a PostgreSQL user with a function that never ran before, until the new password is
the current one. Then a thousand secrets (unless said otherwise) are rotated by a function with nothing to do but its
calls of Secrets Manager, while one caller reads a secret again and again: how long it waits, beside what it waits when
nothing rotates.
"""

import io
import json
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from benchmarks.calls import ACCESS_KEY_ID, ACCOUNT, REGION, SECRET_ACCESS_KEY, ask
from benchmarks.load import Serving
from benchmarks.servers import vauban
from tests.databases import PostgreSQL, connected

from vauban.cli.rotators import archive

COLD = 3
PAUSE_SECONDS = 0.005
QUIET_SECONDS = 5.0
ROLE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
RIGHTS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}],
}
NOTHING_TO_SET = """
from vauban.rotators.steps import handler

class Nothing:
    def create(self, versions):
        return {**versions.current, "password": versions.new_password()}

    def set(self, versions):
        pass

    def test(self, versions):
        versions.pending

handle = handler(Nothing())
"""


class Customer:
    def __init__(self, server: Serving):
        self.secrets, self._iam, self._lambda = (
            boto3.client(
                service,
                region_name=REGION,
                endpoint_url=f"http://127.0.0.1:{server.port}",
                aws_access_key_id=ACCESS_KEY_ID,
                aws_secret_access_key=SECRET_ACCESS_KEY,
            )
            for service in ("secretsmanager", "iam", "lambda")
        )
        made = self._iam.create_role(RoleName="rotator", AssumeRolePolicyDocument=json.dumps(ROLE))
        self._iam.put_role_policy(RoleName="rotator", PolicyName="secrets", PolicyDocument=json.dumps(RIGHTS))
        self._role = made["Role"]["Arn"]

    def function(self, name: str, handler: str, code: bytes) -> str:
        """The ARN of a new rotation function."""
        made = self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler=handler,
            Role=self._role,
            Timeout=30,
            Code={"ZipFile": code},
        )
        self._lambda.add_permission(
            FunctionName=name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        return made["FunctionArn"]


def cold_seconds(customer: Customer, database: PostgreSQL, number: int) -> float:
    """From RotateSecret until the new password is the current one."""
    name = f"app_{number}"
    with connected(database.admin) as admin:
        admin.run(f"CREATE ROLE {name} LOGIN PASSWORD 'first'")
    value = {**database.at, "dbname": "postgres", "username": name, "password": "first"}
    customer.secrets.create_secret(Name=name, SecretString=json.dumps(value))
    function = customer.function(name, "vauban.rotators.postgresql.single_user", archive())
    began = time.perf_counter()
    version_id = customer.secrets.rotate_secret(SecretId=name, RotationLambdaARN=function)["VersionId"]
    while customer.secrets.get_secret_value(SecretId=name)["VersionId"] != version_id:
        time.sleep(PAUSE_SECONDS)
    return time.perf_counter() - began


@contextmanager
def a_caller(server: Serving) -> Iterator[list[float]]:
    """Somebody who reads a secret 100 times a second: how long each took, in seconds."""
    waited: list[float] = []
    done = threading.Event()

    def read() -> None:
        while not done.wait(2 * PAUSE_SECONDS):
            began = time.perf_counter()
            ask(server.port, "GetSecretValue", {"SecretId": "quiet"}, "secretsmanager")
            waited.append(time.perf_counter() - began)

    thread = threading.Thread(target=read)
    thread.start()
    yield waited
    done.set()
    thread.join()


def rotate_all(customer: Customer, count: int) -> float:
    """How many seconds it took until all were rotated."""
    code = io.BytesIO(archive())
    with zipfile.ZipFile(code, "a") as opened:
        opened.writestr("nothing.py", NOTHING_TO_SET)
    function = customer.function("nothing", "nothing.handle", code.getvalue())
    names = [f"many/{number:04}" for number in range(count)]
    for name in names:
        customer.secrets.create_secret(Name=name, SecretString='{"password": "first"}')
    began = time.perf_counter()
    for name in names:
        customer.secrets.rotate_secret(SecretId=name, RotationLambdaARN=function)
    while names:
        time.sleep(0.1)
        rotated: dict[str, Any] = customer.secrets.describe_secret(SecretId=names[-1])
        if "LastRotatedDate" in rotated:
            names.pop()
    return time.perf_counter() - began


def told(waited: list[float]) -> str:
    waited.sort()
    p50, p99 = (waited[int(len(waited) * part)] * 1e3 for part in (0.5, 0.99))
    return f"p50 {p50:6.2f} ms, p99 {p99:6.2f} ms, longest {waited[-1] * 1e3:7.2f} ms ({len(waited)} calls)"


def main(count: int) -> None:
    database = PostgreSQL()
    try:
        with vauban(2) as server:
            customer = Customer(server)
            for number in range(COLD):
                before = server.cpu_seconds()[0]
                took = cold_seconds(customer, database, number)
                print(f"a cold rotation    {took:.2f} s, of which CPU {server.cpu_seconds()[0] - before:.2f} s")
            customer.secrets.create_secret(Name="quiet", SecretString="read")
            with a_caller(server) as waited:
                time.sleep(QUIET_SECONDS)
            print(f"nothing rotates    {told(waited)}")
            with a_caller(server) as waited:
                took = rotate_all(customer, count)
            print(f"{count} at once       {told(waited)}")
            print(f"                   all rotated after {took:.1f} s, {took / count * 1e3:.0f} ms each")
    finally:
        database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
