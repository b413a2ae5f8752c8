"""AWS's Terraform provider on EventBridge: apply, an empty plan, changes, destroy; and events on the way."""

import json
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("events", "scheduler", "iam", "secretsmanager", "sts")
    + """
resource "aws_cloudwatch_event_bus" "shop" {
  name        = "shop"
  description = "orders"
  tags        = { team = "blue" }
}

resource "aws_cloudwatch_event_permission" "other" {
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  principal      = "444455556666"
  statement_id   = "other"
}

resource "aws_cloudwatch_event_rule" "orders" {
  name           = "orders"
  description    = "every order"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop"], detail = { total = [{ numeric = [">", 3] }] } })
  tags           = { team = "blue" }
}

resource "aws_cloudwatch_event_rule" "often" {
  name                = "often"
  schedule_expression = "rate(5 minutes)"
  state               = "DISABLED"
}

resource "aws_cloudwatch_event_target" "heard" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  target_id      = "heard"
  arn            = "arn:aws:sqs:us-east-1:%(account)s:heard"
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 3
  }
  input_transformer {
    input_paths    = { total = "$.detail.total" }
    input_template = "{\\"total\\": <total>}"
  }
}

resource "aws_cloudwatch_event_archive" "orders" {
  name             = "orders"
  event_source_arn = aws_cloudwatch_event_bus.shop.arn
  event_pattern    = jsonencode({ source = ["shop"] })
  retention_days   = 7
}

resource "aws_cloudwatch_event_connection" "partner" {
  name               = "partner"
  authorization_type = "API_KEY"
  auth_parameters {
    api_key {
      key   = "x-key"
      value = "hidden"
    }
    invocation_http_parameters {
      header {
        key   = "x-shop"
        value = "blue"
      }
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "partner" {
  name                             = "partner"
  connection_arn                   = aws_cloudwatch_event_connection.partner.arn
  invocation_endpoint              = "https://partner.example.com/orders/*"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 20
}

resource "aws_iam_role" "runner" {
  name = "runner"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "scheduler.amazonaws.com" } }]
  })
}

resource "aws_scheduler_schedule_group" "shop" {
  name = "shop"
  tags = { team = "blue" }
}

resource "aws_scheduler_schedule" "nightly" {
  name                         = "nightly"
  group_name                   = aws_scheduler_schedule_group.shop.name
  schedule_expression          = "cron(30 2 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }
  target {
    arn      = "arn:aws:sqs:us-east-1:%(account)s:heard"
    role_arn = aws_iam_role.runner.arn
    input    = jsonencode({ count = true })
    retry_policy {
      maximum_retry_attempts = 5
    }
  }
}
"""
)

LETTING_IN = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shop/orders"}},
    },
}


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


def test_rules_are_made_tell_their_targets_are_changed_and_destroyed(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    assert "11 added, 0 changed, 0 destroyed" in terraform.apply()

    events, sqs = server.client("events"), server.client("sqs")
    url = sqs.create_queue(QueueName="heard", Attributes={"Policy": json.dumps(LETTING_IN)})["QueueUrl"]
    entry = {"EventBusName": "shop", "Source": "shop", "DetailType": "Order"}
    events.put_events(Entries=[{**entry, "Detail": json.dumps({"total": total})} for total in (1, 5)])
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    assert json.loads(message["Body"]) == {"total": 5}

    terraform.change('"every order"', '"every large order"')
    terraform.change('">", 3', '">", 30')
    terraform.change('"DISABLED"', '"ENABLED"')
    terraform.change('"FLEXIBLE"', '"OFF"')
    terraform.change("    maximum_window_in_minutes = 15\n", "")
    terraform.change("retention_days   = 7", "retention_days   = 9")
    terraform.change('value = "hidden"', 'value = "hidden again"')
    assert "0 added, 5 changed, 0 destroyed" in terraform("apply", "-auto-approve").stdout
    assert events.describe_archive(ArchiveName="orders")["EventCount"] == 2

    assert "11 destroyed" in terraform("destroy", "-auto-approve").stdout
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default"]
    assert events.list_rules()["Rules"] == []
