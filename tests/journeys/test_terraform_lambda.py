"""AWS's Terraform provider on Lambda: apply, an empty plan, a change, destroy."""

import zipfile
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform

CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    iam    = "%(url)s"
    lambda = "%(url)s"
    sts    = "%(url)s"
  }
}

resource "aws_iam_role" "job" {
  name = "job"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_lambda_function" "job" {
  function_name    = "job"
  description      = "first"
  role             = aws_iam_role.job.arn
  runtime          = "python3.12"
  handler          = "app.handler"
  filename         = "code.zip"
  source_code_hash = filebase64sha256("code.zip")
  publish          = true
  timeout          = 10
  tags             = { team = "shop" }

  environment {
    variables = { MODE = "first" }
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.job.function_name
  function_version = aws_lambda_function.job.version
}

resource "aws_lambda_permission" "secrets" {
  statement_id   = "secrets"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.job.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = "%(account)s"
}

output "arn" {
  value = aws_lambda_alias.live.arn
}
"""


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


def test_a_function_is_made_changed_and_taken_down(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    with zipfile.ZipFile(terraform.directory / "code.zip", "w") as archive:
        archive.writestr("app.py", "import os\ndef handler(event, context): return os.environ['MODE']")
    terraform.write(CONFIGURATION)
    terraform.init()
    terraform.apply()
    arn = terraform.outputs()["arn"]
    assert arn == f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:job:live"
    client = server.client("lambda")
    assert client.invoke(FunctionName=arn)["Payload"].read() == b'"first"'
    terraform.change('MODE = "first"', 'MODE = "second"')
    terraform.apply()
    assert client.invoke(FunctionName=arn)["Payload"].read() == b'"second"'
    terraform("destroy", "-auto-approve")
    assert client.list_functions()["Functions"] == []
