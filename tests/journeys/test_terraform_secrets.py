"""AWS's Terraform provider on Secrets Manager: apply, an empty plan, changes, destroy."""

import zipfile
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("iam", "kms", "lambda", "secretsmanager", "sts")
    + """
resource "aws_kms_key" "shop" {
  deletion_window_in_days = 7
}

resource "aws_secretsmanager_secret" "db" {
  name                           = "prod/shop/db"
  description                    = "the database of the shop"
  kms_key_id                     = aws_kms_key.shop.arn
  recovery_window_in_days        = 7
  force_overwrite_replica_secret = true
  tags                           = { team = "shop" }

  replica {
    region = "eu-west-1"
  }
}

resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = jsonencode({ username = "shop", password = "first" })
}

resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn          = aws_secretsmanager_secret.db.arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::%(account)s:root" }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret" "file" {
  name_prefix             = "file-"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "file" {
  secret_id      = aws_secretsmanager_secret.file.id
  secret_binary  = base64encode("bytes")
  version_stages = ["AWSCURRENT", "blue"]
}

resource "aws_iam_role" "rotator" {
  name = "rotator"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_lambda_function" "rotator" {
  function_name = "rotator"
  role          = aws_iam_role.rotator.arn
  runtime       = "python3.12"
  handler       = "rotator.handle"
  filename      = "${path.cwd}/rotator.zip"
}

resource "aws_lambda_permission" "rotator" {
  function_name  = aws_lambda_function.rotator.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = "%(account)s"
}

resource "aws_secretsmanager_secret_rotation" "db" {
  secret_id           = aws_secretsmanager_secret.db.id
  rotation_lambda_arn = aws_lambda_function.rotator.arn
  rotate_immediately  = false

  rotation_rules {
    schedule_expression = "rate(30 days)"
    duration            = "3h"
  }
  depends_on = [aws_lambda_permission.rotator, aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_secret" "db" {
  name       = "prod/shop/db"
  depends_on = [aws_secretsmanager_secret_policy.db]
}

data "aws_secretsmanager_secret_version" "db" {
  secret_id  = aws_secretsmanager_secret.db.id
  depends_on = [aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_secret_versions" "db" {
  secret_id          = aws_secretsmanager_secret.db.id
  include_deprecated = true
  depends_on         = [aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_secrets" "shop" {
  filter {
    name   = "tag-value"
    values = ["shop"]
  }
  depends_on = [aws_secretsmanager_secret.db]
}

output "arn" { value = data.aws_secretsmanager_secret.db.arn }
output "policy" { value = data.aws_secretsmanager_secret.db.policy }
output "names" { value = data.aws_secretsmanager_secrets.shop.names }
output "versions" { value = length(data.aws_secretsmanager_secret_versions.db.versions) }
output "value" {
  value     = data.aws_secretsmanager_secret_version.db.secret_string
  sensitive = true
}
"""
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    terraform = Terraform(tmp_path / "terraform", server)
    with zipfile.ZipFile(terraform.directory / "rotator.zip", "w") as opened:
        opened.writestr("rotator.py", "def handle(event, context): pass")
    terraform.write(CONFIGURATION)
    terraform.init()
    return terraform


def test_secrets_are_made_found_unchanged_changed_and_destroyed(server: Server, terraform: Terraform):
    assert "10 added, 0 changed, 0 destroyed" in terraform.apply()
    outputs = terraform.outputs()
    assert outputs["arn"].startswith(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/shop/db-")
    assert ACCOUNT in outputs["policy"]
    assert outputs["names"] == ["prod/shop/db"]
    assert '"password":"first"' in outputs["value"]
    replica = server.client("secretsmanager", region="eu-west-1")
    assert '"first"' in replica.get_secret_value(SecretId="prod/shop/db")["SecretString"]

    secrets = server.client("secretsmanager")
    rotation = secrets.describe_secret(SecretId="prod/shop/db")
    assert rotation["RotationLambdaARN"].endswith(":function:rotator")
    assert rotation["RotationRules"] == {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}

    terraform.change('password = "first"', 'password = "second"')
    terraform.change('"the database of the shop"', '"its database"')
    terraform.change('team = "shop"', 'team = "shop", cost = "42"')
    terraform.change('"rate(30 days)"', '"rate(60 days)"')
    terraform.change('"AWSCURRENT", "blue"', '"AWSCURRENT", "green"')
    terraform.apply()
    assert "60 days" in str(secrets.describe_secret(SecretId="prod/shop/db")["RotationRules"])
    outputs = terraform.outputs()
    assert '"password":"second"' in outputs["value"]
    assert '"second"' in replica.get_secret_value(SecretId="prod/shop/db")["SecretString"]

    terraform("destroy", "-auto-approve")
    (waiting,) = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert waiting["Name"] == "prod/shop/db"
    assert waiting["DeletedDate"]
    assert waiting["RotationEnabled"] is False
    assert replica.list_secrets()["SecretList"] == []
