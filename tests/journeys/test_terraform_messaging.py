"""AWS's Terraform provider on SQS and SNS: apply, an empty plan, destroy; and a message on the way.

For each queue the provider waits half a minute to see its attributes settle. All are made at once here, and nothing
waits for them: what names a queue names it by ARN.
"""

import json
from pathlib import Path

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("sqs", "sns", "sts")
    + """
locals {
  queue = "arn:aws:sqs:us-east-1:%(account)s"
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 45
  message_retention_seconds  = 86400
  delay_seconds              = 0
  receive_wait_time_seconds  = 10
  max_message_size           = 2048
  kms_master_key_id          = "alias/aws/sqs"
  redrive_policy             = jsonencode({ deadLetterTargetArn = "${local.queue}:dead", maxReceiveCount = 4 })
  tags                       = { team = "blue" }
}

resource "aws_sqs_queue" "told" {
  name                 = "told"
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = ["${local.queue}:orders"] })
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "topic"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "${local.queue}:told"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:us-east-1:%(account)s:orders" } }
    }]
  })
}

resource "aws_sqs_queue" "ordered" {
  name                        = "ordered.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
  deduplication_scope         = "messageGroup"
  fifo_throughput_limit       = "perMessageGroupId"
}

resource "aws_sns_topic" "orders" {
  name              = "orders"
  display_name      = "Orders"
  kms_master_key_id = "alias/aws/sns"
  signature_version = 2
  tags              = { team = "blue" }
  delivery_policy = jsonencode({
    http = {
      defaultHealthyRetryPolicy = { numRetries = 5, minDelayTarget = 10, maxDelayTarget = 30 }
      disableSubscriptionOverrides = false
    }
  })
}

resource "aws_sns_topic" "ordered" {
  name                        = "ordered.fifo"
  fifo_topic                  = true
  content_based_deduplication = true
}

resource "aws_sns_topic_policy" "orders" {
  arn = aws_sns_topic.orders.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "other"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::%(account)s:root" }
      Action    = ["SNS:Publish", "SNS:Subscribe"]
      Resource  = aws_sns_topic.orders.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "told" {
  topic_arn            = aws_sns_topic.orders.arn
  protocol             = "sqs"
  endpoint             = "${local.queue}:told"
  raw_message_delivery = true
  filter_policy        = jsonencode({ colour = ["red", { prefix = "blu" }] })
  redrive_policy       = jsonencode({ deadLetterTargetArn = "${local.queue}:dead" })
}

resource "aws_sns_topic_subscription" "body" {
  topic_arn           = aws_sns_topic.orders.arn
  protocol            = "sqs"
  endpoint            = "${local.queue}:elsewhere"
  filter_policy       = jsonencode({ order = { total = [{ numeric = [">", 3] }] } })
  filter_policy_scope = "MessageBody"
}

resource "aws_sns_topic_subscription" "ordered" {
  topic_arn = aws_sns_topic.ordered.arn
  protocol  = "sqs"
  endpoint  = "${local.queue}:ordered.fifo"
}

output "url" { value = aws_sqs_queue.told.url }
output "topic" { value = aws_sns_topic.orders.arn }
"""
)


def test_terraform_makes_queues_and_topics_that_carry_messages(make_server, tmp_path: Path):
    server: Server = make_server("--account", f"{ACCOUNT}=AKIAVAUBANTEST000001:{'s' * 40}")
    sqs, sns = server.client("sqs"), server.client("sns")
    sqs.create_queue(QueueName="dead")
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    assert "9 added" in terraform.apply()
    made = terraform.outputs()
    attribute = {"colour": {"DataType": "String", "StringValue": "blue"}}
    sns.publish(TopicArn=made["topic"], Message="kept", MessageAttributes=attribute)
    sns.publish(TopicArn=made["topic"], Message="not wanted")
    received = sqs.receive_message(QueueUrl=made["url"], MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]
    assert [each["Body"] for each in received] == ["kept"]
    assert made["topic"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
    (policy,) = json.loads(sns.get_topic_attributes(TopicArn=made["topic"])["Attributes"]["Policy"])["Statement"]
    assert policy["Sid"] == "other"
    terraform("destroy", "-auto-approve")
    assert [url.rpartition("/")[2] for url in sqs.list_queues()["QueueUrls"]] == ["dead"]
    assert sns.list_topics()["Topics"] == []
