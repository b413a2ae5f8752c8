"""The AWS CLI, unmodified, on Parameter Store: as its users type it, pages, tokens and errors included."""

import json
import subprocess

import pytest

from .running import Server, environment


@pytest.fixture
def aws(server: Server):
    variables = environment(**server.credentials())

    def aws(*words: str, refused: bool = False) -> str:
        done = subprocess.run(["aws", "ssm", *words], env=variables, capture_output=True, text=True, timeout=120)
        assert (done.returncode != 0) == refused, done.stdout + done.stderr
        return done.stderr if refused else done.stdout.strip()

    return aws


def test_parameters_are_put_read_listed_labelled_and_deleted(aws):
    for name in ("host", "port", "user"):
        aws("put-parameter", "--name", f"/shop/db/{name}", "--type", "String", "--value", name)
    aws("put-parameter", "--name", "/shop/password", "--type", "SecureString", "--value", "hush")
    value = ("--query", "Parameter.Value", "--output", "text")
    assert aws("get-parameter", "--name", "/shop/password", "--with-decryption", *value) == "hush"
    assert aws("get-parameter", "--name", "/shop/password", *value) != "hush"
    by_path = ("get-parameters-by-path", "--path", "/shop", "--recursive", "--page-size", "2")
    found = aws(*by_path, "--query", "Parameters[].Name", "--output", "json")
    assert json.loads(found) == ["/shop/db/host", "/shop/db/port", "/shop/db/user", "/shop/password"]

    aws("put-parameter", "--name", "/shop/db/host", "--value", "newer", "--overwrite")
    aws("label-parameter-version", "--name", "/shop/db/host", "--parameter-version", "1", "--labels", "prod")
    assert aws("get-parameter", "--name", "/shop/db/host:prod", *value) == "host"
    filters = ("--parameter-filters", "Key=Name,Option=BeginsWith,Values=/shop/db")
    assert aws("describe-parameters", *filters, "--query", "length(Parameters)") == "3"

    assert "ParameterAlreadyExists" in aws(
        "put-parameter", "--name", "/shop/db/host", "--type", "String", "--value", "x", refused=True
    )
    assert "ParameterNotFound" in aws("get-parameter", "--name", "/none", refused=True)
    deleted = aws("delete-parameters", "--names", "/shop/db/host", "/none", "--output", "json")
    assert json.loads(deleted) == {"DeletedParameters": ["/shop/db/host"], "InvalidParameters": ["/none"]}


def test_an_operator_publishes_parameters_of_his_own(make_server, tmp_path):
    catalogue = tmp_path / "catalogue.json"
    refused = make_server("--public-parameters", str(catalogue), start=False)
    assert "cannot be used" in refused.start_refused()
    catalogue.write_text("{}")
    assert "no catalogue of public parameters" in refused.start_refused()
    name = "/aws/service/golden/image"
    content = {"published": "2026-01-01T00:00:00+00:00", "regions": {}, "services": {}, "images": []}
    catalogue.write_text(json.dumps({**content, "parameters": {name: "ami-0123456789abcdef0"}}))
    ssm = make_server("--public-parameters", str(catalogue)).client("ssm")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "ami-0123456789abcdef0"
