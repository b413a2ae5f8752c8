"""AWS's Terraform provider on Lambda: apply, an empty plan, destroy; and a message that a function is given."""

import io
import json
import time
import zipfile
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("iam", "lambda", "logs", "sts")
    + """
resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "work" {
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sqs:*", "logs:*"], Resource = "*" }]
  })
}

resource "aws_cloudwatch_log_group" "job" {
  name              = "/aws/lambda/job"
  retention_in_days = 7
  tags              = { team = "blue" }
}

resource "aws_lambda_layer_version" "tools" {
  layer_name          = "tools"
  filename            = "${path.cwd}/tools.zip"
  compatible_runtimes = ["python3.12"]
}

resource "aws_lambda_function" "job" {
  function_name                  = "job"
  description                    = "works"
  filename                       = "${path.cwd}/job.zip"
  source_code_hash               = filebase64sha256("job.zip")
  runtime                        = "python3.12"
  handler                        = "app.handler"
  role                           = aws_iam_role.worker.arn
  layers                         = [aws_lambda_layer_version.tools.arn]
  publish                        = true
  timeout                        = 10
  reserved_concurrent_executions = 5
  tags                           = { team = "blue" }
  environment {
    variables = { MODE = "a" }
  }
  dead_letter_config {
    target_arn = "arn:aws:sqs:us-east-1:%(account)s:ends"
  }
  depends_on = [aws_iam_role_policy.work, aws_cloudwatch_log_group.job]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.job.function_name
  function_version = aws_lambda_function.job.version
}

resource "aws_lambda_permission" "topic" {
  statement_id  = "topic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.job.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "sns.amazonaws.com"
  source_arn    = "arn:aws:sns:us-east-1:%(account)s:topic"
}

resource "aws_lambda_event_source_mapping" "work" {
  event_source_arn                   = "arn:aws:sqs:us-east-1:%(account)s:work"
  function_name                      = aws_lambda_alias.live.arn
  batch_size                         = 20
  maximum_batching_window_in_seconds = 1
  function_response_types            = ["ReportBatchItemFailures"]
  filter_criteria {
    filter {
      pattern = jsonencode({ body = { kind = ["a"] } })
    }
  }
  scaling_config {
    maximum_concurrency = 2
  }
}

resource "aws_lambda_function_event_invoke_config" "job" {
  function_name                = aws_lambda_function.job.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
  destination_config {
    on_failure {
      destination = "arn:aws:sqs:us-east-1:%(account)s:ends"
    }
  }
}
"""
)


def archive(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


def test_functions_are_made_work_and_are_destroyed(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    (terraform.directory / "tools.zip").write_bytes(archive("python/tools.py", "word = 'seen'"))
    source = (
        "import tools\ndef handler(event, context):\n    for each in event['Records']: print(tools.word, each['body'])"
    )
    (terraform.directory / "job.zip").write_bytes(archive("app.py", source))
    terraform.write(CONFIGURATION)
    url = server.client("sqs").create_queue(QueueName="work")["QueueUrl"]
    terraform.init()
    assert "9 added, 0 changed, 0 destroyed" in terraform.apply()

    logs = server.client("logs")
    server.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"kind": "a"}))
    assert 'seen {"kind": "a"}\n' in seen(logs)

    assert "9 destroyed" in terraform("destroy", "-auto-approve").stdout
    client = server.client("lambda")
    assert client.list_functions()["Functions"] == client.list_event_source_mappings()["EventSourceMappings"] == []


def seen(logs) -> list[str]:
    """What the function has written, once it has."""
    for _ in range(300):
        events = logs.filter_log_events(logGroupName="/aws/lambda/job", filterPattern="seen")["events"]
        if events:
            return [each["message"] for each in events]
        time.sleep(0.1)
    raise AssertionError("the function was given no message")
